import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createEndpoints } from "../routes/app.ts";
import { openApiText } from "../routes/openapi/document.ts";
import tools from "./support/openapi_tools/deno.json" with { type: "json" };
import { createUser, FLEET, FLEET_KEY, openTestKese, type TestKese } from "./support/kese.ts";
import { withTemporaryFile } from "./support/temporary_store.ts";

// Not in Kese's own deno.json: whoever starts Kese would load them too.
const TOOLS = new URL("./support/openapi_tools/deno.json", import.meta.url).pathname;

/** Runs Deno with the packages that these tests need, and gives what it wrote and how it ended. */
async function run(
  flags: readonly string[],
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--frozen", `--config=${TOOLS}`, ...flags, ...args],
    env: { NO_COLOR: "1", REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  }).output();
  const [output = "", errors = ""] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code, output, errors };
}

/** Gives a test the document of a Kese, and a directory to work in. */
async function withDocument(
  test: (kese: TestKese, directory: string, document: string) => Promise<void>,
): Promise<void> {
  await using kese = await openTestKese();
  await withTemporaryFile(async ({ directory }) => {
    const document = `${directory}/openapi.json`;
    await Deno.writeTextFile(document, openApiText(createEndpoints(kese.dependencies)));
    await test(kese, directory, document);
  });
}

Deno.test("openApiText() passes @redocly/cli without an error, its examples too", async () => {
  await withDocument(async (_kese, directory, document) => {
    const rules = `${directory}/redocly.yaml`;
    await Deno.writeTextFile(
      rules,
      `extends: [recommended-strict]
rules:
  no-invalid-media-type-examples: error
  no-invalid-parameter-examples: error
  no-invalid-schema-examples: error
  operation-4xx-response: off # GET /openapi.json refuses nobody
  no-unused-components: off # not_found and method_not_allowed are of no route
`,
    );
    const { code, output, errors } = await run(
      ["--allow-read", "--allow-env", "--allow-sys"],
      [tools.imports["@redocly/cli"], "lint", document, `--config=${rules}`, "--format=json"],
    );
    assertEquals([JSON.parse(output || "{}").problems, code], [[], 0], errors);
  });
});

/** What an integrator writes. Each line that the types refuse must be refused, or the check fails. */
const PROGRAM = `
import createClient from "openapi-fetch";
import type { components, paths } from "./kese.d.ts";

const [baseUrl = "", filo = "", key = ""] = Deno.args;
const headers = { Filo: filo, Authorization: "Bearer " + key };
const kese = createClient<paths>({ baseUrl, headers });
const userNo = "1";

const paid = await kese.POST("/kart-saklamali-odeme", { body: { userNo, amount: "10.50" } });
if (paid.error) throw new Error(paid.error.code);
const payment: components["schemas"]["Payment"] = paid.data;
const shown = await kese.GET("/kart-saklamali-odeme/{paymentId}", {
  params: { path: { paymentId: payment.paymentId }, query: { userNo } },
});
const entries = await kese.GET("/islemler", { params: { query: { userNo, limit: 1 } } });
const refused = await kese.POST("/kart-saklamali-odeme", { body: { userNo, amount: "500.00" } });
if (!refused.error) throw new Error("500.00 were paid from 89.50");
const code: "insufficient_balance" extends typeof refused.error.code ? string : never =
  refused.error.code;
const left: string | undefined = refused.error.balance;
console.log(JSON.stringify([
  payment.balance,
  shown.data?.balanceAfter,
  entries.data?.data.map(({ type }) => type),
  code,
  left,
]));

export const wrong = [
  // @ts-expect-error -- misspelt
  () => kese.POST("/kart-saklamali-odeme", { body: { userNo, ammount: "1.00" } }),
  // @ts-expect-error -- a number
  () => kese.POST("/iade", { body: { userNo, amount: 1 } }),
  // @ts-expect-error -- no amount
  () => kese.POST("/kart-saklamali-odeme", { body: { userNo } }),
  // @ts-expect-error -- no body
  () => kese.POST("/kart-saklamali-odeme", {}),
  // @ts-expect-error -- no user
  () => kese.GET("/bakiye", { params: { query: {} } }),
  // @ts-expect-error -- no such code
  () => refused.error.code === "insufficient_funds",
];
`;

Deno.test("openapi-typescript and openapi-fetch make a client of openApiText() that pays", async () => {
  await withDocument(async (kese, directory, document) => {
    const types = `${directory}/kese.d.ts`;
    const made = await run(
      ["--allow-read", "--allow-env", "--allow-sys", `--allow-write=${directory}`],
      [tools.imports["openapi-typescript"], document, `--output=${types}`],
    );
    assertEquals(made.code, 0, made.errors);
    assertStringIncludes(await Deno.readTextFile(types), "amount: string;");
    await Deno.writeTextFile(`${directory}/pay.ts`, PROGRAM);

    await createUser(kese, "1");
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using server = Deno.serve(options, kese.app.fetch);
    const { code, output, errors } = await run(
      ["--check", "--allow-net=127.0.0.1"],
      [`${directory}/pay.ts`, `http://127.0.0.1:${server.addr.port}`, FLEET, FLEET_KEY],
    );
    assert(code === 0, errors);
    assertEquals(JSON.parse(output), [
      "89.50",
      "89.50",
      ["payment"],
      "insufficient_balance",
      "89.50",
    ]);
  });
});
