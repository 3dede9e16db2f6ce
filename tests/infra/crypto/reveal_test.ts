import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
/** Those who seal what a card is charged by, and those who charge it. */
const MAY_REVEAL = /^infra\/(crypto\/card_vault|gateways\/.+)\.ts$/;

function* sourcesIn(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(directory, ROOT))) {
    if (isDirectory) yield* sourcesIn(`${directory}${name}/`);
    else if (name.endsWith(".ts")) yield `${directory}${name}`;
  }
}

Deno.test("reveal() gives a card's digits to the vault's sealing and to a gateway alone", () => {
  const sources = [
    "main.ts",
    ...["domain/", "infra/", "routes/", "scripts/"].flatMap((room) => [
      ...sourcesIn(room),
    ]),
  ];
  const revealing = sources.filter((path) => {
    return /\.reveal\b|\[["']reveal["']\]/.test(
      Deno.readTextFileSync(new URL(path, ROOT)).replaceAll(
        /\{@linkcode (CardNumber|CardToken)\.reveal\}/g,
        "",
      ),
    );
  });
  assertEquals(revealing.filter((path) => !MAY_REVEAL.test(path)), []);
  assert(revealing.length > 2, "the vault's sealing and gateways are found by this search");
  const vault = Deno.readTextFileSync(new URL("infra/crypto/card_vault.ts", ROOT));
  assertEquals(vault.match(/^.*\.reveal\(.*$/gm)?.map((line) => line.trim()), [
    "token: token && token.reveal(),",
  ]);
});
