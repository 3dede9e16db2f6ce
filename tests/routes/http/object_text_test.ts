import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readObjectText } from "../../../routes/http/object_text.ts";

const DOUBLED: readonly (readonly [text: string, doubled: string | undefined])[] = [
  ["{}", undefined],
  ['{"a":1,"b":1}', undefined],
  ['{"a":1,"a":1}', "a"],
  ['{"a":1,"A":1}', undefined],
  ['{"amount":1,"amoun\\u0074":2}', "amount"],
  ['{"a\\"":1,"a\\u0022":2}', 'a"'],
  ['{"a\\\\":1,"b":"\\\\"}', undefined],
  ['{"":1,"":2}', ""],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a":{"b":1,"c":{"d":1,"d":2}}}', "d"],
  ['{"a":{"b":1},"b":{"a":1}}', undefined],
  ['{"a":[{"b":1},{"b":1}]}', undefined],
  ['{"a":[[{"b":1,"b":2}]]}', "b"],
  ['{"a":"\\"b\\":1,\\"b\\":","b":"}{"}', undefined],
  ['{"a":["b","b","a"],"c":"a"}', undefined],
  ['\n{\t"a" : 1 , "a"\r\n: 2 }', "a"],
];

Deno.test("readObjectText() finds a name that an object has twice, at any depth and however written", () => {
  for (const [text, doubled] of DOUBLED) {
    JSON.parse(text);
    assertEquals(readObjectText(text).doubled, doubled, text);
  }
});

Deno.test("readObjectText() gives the numbers among the object's own members as they are written", () => {
  const text = '{"a": 10.000000000000000001 ,"b":-0,"c":1e1,"d":"5","e":[6],"f":{"g":7},"h":8.0}';
  assertEquals(Object.fromEntries(readObjectText(text).numbers), {
    a: "10.000000000000000001",
    b: "-0",
    c: "1e1",
    h: "8.0",
  });
});

const members = fc.dictionary(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.jsonValue({ maxDepth: 3 }),
  {
    minKeys: 1,
    maxKeys: 6,
  },
);

Deno.test("readObjectText() finds no doubled name in what JSON.stringify() writes, and each that is put in", () => {
  fc.assert(
    fc.property(members, fc.nat(), fc.boolean(), (object, place, spaced) => {
      const text = JSON.stringify(object, null, spaced ? 1 : 0);
      const { doubled, numbers } = readObjectText(text);
      assertEquals(doubled, undefined);
      const written = Object.entries(object).filter(([, value]) => typeof value === "number")
        .map(([name, value]) => [name, JSON.stringify(value)]);
      assertEquals([...numbers].sort(), written.sort());
      const names = Object.keys(object);
      const name = names[place % names.length] ?? "";
      const twice = `[0,${text.slice(0, -1)},${JSON.stringify(name)}:0}]`;
      assertEquals(readObjectText(`{"around":${twice}}`).doubled, name);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});
