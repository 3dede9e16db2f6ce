import { assertEquals } from "@std/assert";
import { createApp } from "../../../routes/app.ts";
import { createEndpoints } from "../../../routes/endpoints.ts";
import { Admission } from "../../../routes/http/admission.ts";
import { createRouter, type LaterRoutes, mountLater } from "../../../routes/http/router.ts";
import { assertProblem } from "../../support/answers.ts";
import { openTestKese, send, type TestKese } from "../../support/kese.ts";

/** Routes that say what they were asked for. */
const ECHO: Awaited<ReturnType<LaterRoutes["load"]>> = {
  mountRoutes: (app) => {
    app.get("/late/:name", (context) => context.json(context.req.param("name")));
  },
};

function mount(kese: TestKese, load: LaterRoutes["load"]) {
  const app = createRouter(kese.dependencies);
  const serving = { ...kese.dependencies, admission: new Admission(kese.dependencies) };
  mountLater(app, { paths: ["/late/*"], load }, serving);
  return { app };
}

Deno.test("mountLater() loads routes when they are first asked for, once for all who ask", async () => {
  await using kese = await openTestKese();
  let loads = 0;
  const gate = Promise.withResolvers<typeof ECHO>();
  const target = mount(kese, () => {
    loads++;
    return gate.promise;
  });
  await send(target, "GET /other");
  assertEquals(loads, 0);
  const asked = ["one", "two"].map((name) => send(target, `GET /late/${name}`));
  gate.resolve(ECHO);
  const answers = await Promise.all(asked);
  assertEquals(answers.map(({ body }) => body), ["one", "two"]);
  assertEquals((await send(target, "GET /late/three")).body, "three");
  assertEquals(loads, 1);
});

Deno.test("mountLater() refuses what is not among the routes, as an app does", async () => {
  await using kese = await openTestKese();
  const target = mount(kese, () => Promise.resolve(ECHO));
  assertProblem(await send(target, "GET /late/one/more"), 404, "not_found");
  const refused = await send(target, "PATCH /late/one");
  assertProblem(refused, 405, "method_not_allowed");
  assertEquals(refused.headers.get("allow"), "GET");
});

Deno.test("mountLater() tries once more to load what could not be loaded", async () => {
  await using kese = await openTestKese();
  let loads = 0;
  const target = mount(kese, () => {
    return loads++ === 0 ? Promise.reject(new Error("too many open files")) : Promise.resolve(ECHO);
  });
  assertProblem(await send(target, "GET /late/one"), 500, "internal");
  assertEquals(kese.lines.filter((line) => line.includes("too many open files")).length, 1);
  assertEquals((await send(target, "GET /late/two")).body, "two");
});

Deno.test("createApp() serves every endpoint that is documented, the first time it is asked", async () => {
  await using kese = await openTestKese();
  const methods = new Map<string, string[]>();
  for (const { definition: { method, path } } of createEndpoints(kese.dependencies)) {
    methods.set(path, [...methods.get(path) ?? [], method.toUpperCase()]);
  }
  for (const [path, served] of methods) {
    // An app that has loaded nothing yet.
    const target = { app: createApp(kese.dependencies) };
    const refused = await send(target, `PATCH ${path.replace(/\{\w+\}/, "id_1")}`);
    assertProblem(refused, 405, "method_not_allowed");
    assertEquals(refused.headers.get("allow")?.split(", ").sort(), served.sort(), path);
  }
});
