import { assert, assertEquals } from "@std/assert";
import { type Cell, PLAIN_SHEET, TURKISH_SHEET, writeLine } from "../../../routes/contract/csv.ts";

const text = (value: string): Cell => ({ text: value });

Deno.test("writeLine() writes as RFC 4180 says, or with semicolons and commas for Turkey", () => {
  const cells = [text("a"), { amount: "-1234.50" }, undefined, text("ü, ş"), text('say "hi"')];
  assertEquals(writeLine(cells, PLAIN_SHEET), 'a,-1234.50,,"ü, ş","say ""hi"""\r\n');
  assertEquals(writeLine(cells, TURKISH_SHEET), 'a;-1234,50;;"ü, ş";"say ""hi"""\r\n');
});

Deno.test("writeLine() lets no sheet run a text", () => {
  const harmful = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "－1",
    "=cmd|' /C calc'!A0",
  ];
  for (const value of harmful) {
    for (const form of [PLAIN_SHEET, TURKISH_SHEET]) {
      const line = writeLine([text(value)], form);
      assert(line.startsWith(`"'${value[0]}`), JSON.stringify(line));
      assert(line.endsWith('"\r\n'), JSON.stringify(line));
    }
  }
  for (const value of ["1-1", "a=b", "ride-1", "Kadıköy - Moda"]) {
    assertEquals(writeLine([text(value)], PLAIN_SHEET), `${value}\r\n`);
  }
});
