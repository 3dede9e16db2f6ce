import { assert, assertEquals } from "@std/assert";
import { createUser, openTestKese, send, type TestKese } from "../../support/kese.ts";

const APP = "https://app.example";
const PRODUCTION = { mode: "production", corsOrigins: [APP] } as const;

/** What a browser asks before it sends what is more than a form could. */
function ask(kese: TestKese, origin: string, path = "/kart-saklamali-odeme") {
  const headers = {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,filo,idempotency-key",
  };
  return kese.app.request(path, { method: "OPTIONS", headers });
}

const allowedOrigin = ({ headers }: { readonly headers: Headers }) =>
  headers.get("access-control-allow-origin");

Deno.test("createCors() answers what a browser of a listed origin asks first", async () => {
  await using kese = await openTestKese({ environment: PRODUCTION });
  const answer = await ask(kese, APP);
  assertEquals([answer.status, allowedOrigin(answer)], [204, APP]);
  assertEquals(answer.headers.get("access-control-allow-methods"), "GET, HEAD, POST, PUT, DELETE");
  const sent = answer.headers.get("access-control-allow-headers")?.toLowerCase().split(", ") ?? [];
  for (const header of ["authorization", "content-type", "filo", "userno", "idempotency-key"]) {
    assert(sent.includes(header), header);
  }
  assertEquals(answer.headers.get("vary"), "Origin");
  // Nothing that a browser sends by itself is a credential of Kese's.
  assertEquals(answer.headers.get("access-control-allow-credentials"), null);
});

Deno.test("createCors() lets a listed origin read answers, refusals and what stands in headers", async () => {
  await using kese = await openTestKese({ environment: PRODUCTION });
  await createUser(kese, "1");
  const headers = { origin: APP };
  const lines = ["GET /bakiye?userNo=1", "GET /bakiye?userNo=2", "GET /nowhere", "GET /bakiye?x=1"];
  for (const line of lines) {
    const answer = await send(kese, line, { headers });
    assertEquals([allowedOrigin(answer), answer.headers.get("vary")], [APP, "Origin"], line);
    const exposed = answer.headers.get("access-control-expose-headers")?.split(", ") ?? [];
    for (const header of ["X-Request-Id", "Idempotent-Replayed", "Retry-After", "RateLimit"]) {
      assert(exposed.includes(header), header);
    }
  }
});

Deno.test("createCors() compares whole origins", async () => {
  await using kese = await openTestKese({ environment: PRODUCTION });
  const others = [
    "https://app.example.evil.example",
    "https://evil-app.example",
    "http://app.example",
    "https://app.example:8443",
    "https://APP.example",
    "http://localhost:3000",
    "null",
    "*",
  ];
  for (const origin of others) {
    assertEquals(allowedOrigin(await ask(kese, origin)), null, origin);
    const answer = await send(kese, "GET /health/live", { headers: { origin } });
    assertEquals([answer.status, allowedOrigin(answer)], [200, null], origin);
    assertEquals(answer.headers.get("vary"), "Origin");
  }
});

Deno.test("createCors() lets every port of this machine in, in development alone", async () => {
  await using development = await openTestKese();
  await using production = await openTestKese({ environment: { mode: "production" } });
  for (const origin of ["http://localhost:3000", "http://127.0.0.1:8080", "https://[::1]:1"]) {
    assertEquals(allowedOrigin(await ask(development, origin)), origin);
    assertEquals(allowedOrigin(await ask(production, origin)), null);
  }
  for (
    const origin of ["http://localhost.example", "http://127.0.0.1.example:80", "http://10.0.0.1"]
  ) {
    assertEquals(allowedOrigin(await ask(development, origin)), null, origin);
  }
});

Deno.test("createCors() leaves 404, 405 and OPTIONS as they are without it", async () => {
  await using without = await openTestKese({ environment: { mode: "production" } });
  await using kese = await openTestKese({ environment: PRODUCTION });
  for (const line of ["GET /nowhere", "POST /bakiye", "OPTIONS /bakiye", "OPTIONS /nowhere"]) {
    const [plain, answer] = [await send(without, line), await send(kese, line)];
    assertEquals(
      [answer.status, answer.headers.get("allow"), answer.body.code],
      [plain.status, plain.headers.get("allow"), plain.body.code],
      line,
    );
    assertEquals(plain.headers.get("vary"), null);
  }
});
