import { assertEquals } from "@std/assert";
import { createEndpoints } from "../routes/endpoints.ts";
import { openApiText } from "../routes/openapi/document.ts";
import tools from "../scripts/openapi_tools/deno.json" with { type: "json" };
import { openTestKese } from "./support/kese.ts";
import { withTemporaryFile } from "./support/temporary_store.ts";

// Not in Kese's own deno.json: whoever starts Kese would load them too.
const TOOLS = new URL("../scripts/openapi_tools/deno.json", import.meta.url).pathname;

const RULES = `extends: [recommended-strict]
rules:
  no-invalid-media-type-examples: error
  no-invalid-parameter-examples: error
  no-invalid-schema-examples: error
  operation-4xx-response: off # GET /openapi.json refuses nobody
  no-unused-components: off # not_found and method_not_allowed are of no route
`;

Deno.test("openApiText() passes @redocly/cli without an error, its examples too", async () => {
  await using kese = await openTestKese();
  await withTemporaryFile(async ({ directory }) => {
    const [document, rules] = [`${directory}/openapi.json`, `${directory}/redocly.yaml`];
    await Deno.writeTextFile(document, openApiText(createEndpoints(kese.dependencies)));
    await Deno.writeTextFile(rules, RULES);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--frozen", `--config=${TOOLS}`],
        ...["--allow-read", "--allow-env", "--allow-sys", tools.imports["@redocly/cli"]],
        ...["lint", document, `--config=${rules}`, "--format=json"],
      ],
      env: { NO_COLOR: "1", REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    }).output();
    const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([JSON.parse(output || "{}").problems, code], [[], 0], errors);
  });
});
