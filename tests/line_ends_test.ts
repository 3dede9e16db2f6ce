import { assertEquals } from "@std/assert";

Deno.test(".gitattributes gives every clone LF, whatever its git makes of line ends", async () => {
  const text = await Deno.readTextFile(new URL("../.gitattributes", import.meta.url));
  const rules = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assertEquals(rules, ["* text=auto eol=lf"]);
});
