import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { replaceJsrImports } from "../../scripts/import_map.ts";

Deno.test("replaceJsrImports() replaces JSR packages and keeps npm packages with their submodules", () => {
  const imports = replaceJsrImports({
    "@std/assert": "jsr:@std/assert@1.0.19",
    "@hono/zod-openapi": "npm:@hono/zod-openapi@1.6.3",
  });
  const standIn = new URL("../support/std_assert.ts", import.meta.url).href;
  assertEquals(imports, {
    "@std/assert": standIn,
    "@hono/zod-openapi": "npm:@hono/zod-openapi@1.6.3",
    "@hono/zod-openapi/": "npm:/@hono/zod-openapi@1.6.3/",
  });
});

Deno.test("replaceJsrImports() refuses a JSR package that has no stand-in", () => {
  assertThrows(() => replaceJsrImports({ "@std/path": "jsr:@std/path@1.1.4" }), Error, "@std/path");
});

Deno.test("replaceJsrImports() has a stand-in for every JSR package of deno.json", () => {
  for (const target of Object.values(replaceJsrImports(config.imports))) {
    assertMatch(target, /^(npm|file):/);
  }
});

Deno.test("deno.json names the exact version of every dependency", () => {
  for (const target of Object.values(config.imports)) {
    assertMatch(target, /^(npm|jsr):.+@\d+\.\d+\.\d+$/);
  }
});
