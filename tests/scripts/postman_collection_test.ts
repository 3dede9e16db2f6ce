import { assert, assertEquals } from "@std/assert";
import { createEndpoints } from "../../routes/endpoints.ts";
import { COLLECTION_FILE, writeCollection } from "../../scripts/postman_collection.ts";
import { FLEET, FLEET_KEY, openTestKese, send, type TestKese } from "../support/kese.ts";

interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly event?: readonly {
    readonly listen: "prerequest" | "test";
    readonly script: { readonly exec: readonly string[] };
  }[];
  readonly request: {
    readonly method: string;
    readonly header: readonly {
      readonly key: string;
      readonly value: string;
      readonly disabled?: true;
    }[];
    readonly url: string | { readonly raw: string };
    readonly body?: { readonly raw: string };
  };
}

interface Collection {
  readonly variable: readonly { readonly key: string; readonly value: string }[];
  readonly item: readonly Item[];
}

const TEXT = await Deno.readTextFile(COLLECTION_FILE);
const COLLECTION = JSON.parse(TEXT) as Collection;
const REQUESTS = COLLECTION.item.flatMap((folder) => folder.item ?? [folder]);

Deno.test("writeCollection() is what is committed: else run scripts/postman_collection.ts", async () => {
  await using kese = await openTestKese();
  assertEquals(TEXT, writeCollection(createEndpoints(kese.dependencies)));
});

Deno.test("the collection begins with a user of its own, then has the seed's queries as the seed has them", () => {
  const urls = REQUESTS.slice(0, 8).map(({ request: { method, url } }) =>
    `${method} ${typeof url === "string" ? url : url.raw}`
  );
  assertEquals(urls, [
    "POST {{baseUrl}}/create_user",
    "POST {{baseUrl}}/kart-saklama?userNo={{userNo}}&cardNo=4242 4242 4242 4242",
    "POST {{baseUrl}}/kart-saklamali-odeme?userNo={{userNo}}&amount=10.50",
    "POST {{baseUrl}}/iade?userNo={{userNo}}",
    "POST {{baseUrl}}/update_balance?userNo={{userNo}}&balance=100.00",
    "GET {{baseUrl}}/kart-saklama-listesi?userNo={{userNo}}",
    "POST {{baseUrl}}/authenticate_first_route",
    "POST {{baseUrl}}/authenticate_second_route",
  ]);
});

Deno.test("the collection can be run from top to bottom, twelve times in an hour", async () => {
  await using kese = await openTestKese();
  const given = COLLECTION.variable.map(({ key, value }) => [key, value] as const);
  const variables = new Map([...given, ["fleet", FLEET], ["fleetKey", FLEET_KEY]]);
  const users = new Set<string | undefined>();
  for (let run = 1; run <= 12; run++) {
    for (const item of REQUESTS) await runItem(kese, item, variables);
    users.add(variables.get("userNo"));
  }
  assertEquals(users.size, 12);
});

/** Sends a request as Postman would, with its scripts before and after. */
async function runItem(
  kese: TestKese,
  { name, event = [], request: { method, header, url, body } }: Item,
  variables: Map<string, string>,
): Promise<void> {
  const collectionVariables = {
    set: (key: string, value: string) => variables.set(key, value),
  };
  runScripts("prerequest", { collectionVariables });
  const filled = (text: string): string =>
    text.replaceAll(
      /\{\{([$\w]+)\}\}/g,
      (_whole, variable) =>
        variable === "$guid" ? crypto.randomUUID() : variables.get(variable) ?? `no ${variable}`,
    );
  const sent = header.filter(({ disabled }) => !disabled);
  const raw = filled(typeof url === "string" ? url : url.raw).replace(/^http:\/\/[^/]+/, "");
  const answer = await send(kese, `${method} ${encodeURI(raw)}`, {
    bearer: null,
    filo: null,
    headers: Object.fromEntries(sent.map(({ key, value }) => [key, filled(value)])),
    ...(body && { json: JSON.parse(filled(body.raw)) }),
  });
  runScripts("test", {
    collectionVariables,
    response: { code: answer.status, json: () => answer.body },
    test: (_title: string, check: () => void) => check(),
    expect: (code: number) => ({
      to: {
        be: {
          oneOf: (right: readonly number[]) =>
            assert(right.includes(code), `${name}: ${code} ${answer.text}`),
        },
      },
    }),
  });

  function runScripts(wanted: "prerequest" | "test", pm: object): void {
    for (const { listen, script } of event) {
      if (listen === wanted) new Function("pm", script.exec.join("\n"))(pm);
    }
  }
}
