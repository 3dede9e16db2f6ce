import { assertEquals } from "@std/assert";
import { chooseMediaType } from "../../../routes/http/accept.ts";

const OFFERED = ["application/json", "text/csv", "application/x-ndjson"] as const;

Deno.test("chooseMediaType() takes what a client prefers, and the first where it has no preference", () => {
  const table: readonly (readonly [string | null, string])[] = [
    [null, "application/json"],
    ["", "application/json"],
    ["*/*", "application/json"],
    ["text/csv", "text/csv"],
    ["TEXT/CSV; charset=utf-8", "text/csv"],
    ["text/*", "text/csv"],
    ["application/x-ndjson, */*;q=0.1", "application/x-ndjson"],
    ["text/csv;q=0.5, application/json;q=0.9", "application/json"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "application/json"],
    ["application/json;q=0, */*", "text/csv"],
    ["text/csv;q=x", "application/json"],
    ["image/png", "application/json"],
  ];
  for (const [accept, expected] of table) {
    assertEquals([accept, chooseMediaType(accept, [...OFFERED])], [accept, expected]);
  }
});
