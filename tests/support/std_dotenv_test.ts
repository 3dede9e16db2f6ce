import { assertEquals, assertThrows } from "@std/assert";
import * as std from "@std/dotenv";
import * as standIn from "./std_dotenv.ts";

const TEXT = `# a comment
PLAIN=value
export EXPORTED = spaced out # a remark
EMPTY=

HASHED="a#b"
SINGLE='it is'
EQUALS=a=b
LINES="one
two"
`;

const VARIABLES = {
  PLAIN: "value",
  EXPORTED: "spaced out",
  EMPTY: "",
  HASHED: "a#b",
  SINGLE: "it is",
  EQUALS: "a=b",
  LINES: "one\ntwo",
};

// Without JSR both are the stand-in. With it, this is the proof that the two agree.
for (const [name, { parse }] of Object.entries({ "@std/dotenv": std, "the stand-in": standIn })) {
  Deno.test(`parse() of ${name} reads comments, quotes and blanks`, () => {
    assertEquals(parse(TEXT), VARIABLES);
  });
}

Deno.test("parse() of the stand-in refuses what it cannot expand", () => {
  assertThrows(() => standIn.parse("HOME_OF=$HOME"), Error, "HOME_OF");
});
