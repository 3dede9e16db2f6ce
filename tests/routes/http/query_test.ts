import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readQueryPairs } from "../../../routes/http/query.ts";

const URL_OF_A_PAYMENT = "http://localhost/kart-saklamali-odeme";

Deno.test("readQueryPairs() gives what URLSearchParams gives, for any query", () => {
  const piece = fc.constantFrom("a", "userNo", "=", "&", "%", "%20", "%F0", "+", "?", "ş", "1", "");
  const query = fc.oneof(fc.array(piece).map((pieces) => pieces.join("")), fc.webQueryParameters());
  fc.assert(
    fc.property(query, (text) => {
      const expected = [...new URLSearchParams(`?${text}`)];
      assertEquals([...readQueryPairs(`${URL_OF_A_PAYMENT}?${text}`)], expected);
    }),
    { seed: 20260101, numRuns: 2_000 },
  );
});

Deno.test("readQueryPairs() gives nothing for a URL without a query", () => {
  assertEquals([...readQueryPairs(URL_OF_A_PAYMENT)], []);
  assertEquals([...readQueryPairs(`${URL_OF_A_PAYMENT}?`)], []);
});
