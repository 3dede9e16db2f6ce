import { assertEquals } from "@std/assert";
import fc from "fast-check";
import utils from "iyzipay/lib/utils.js";
import { kurus } from "../../../../domain/money.ts";
import { readAmount, trimAmount, writeAmount } from "../../../../infra/gateways/iyzico/amounts.ts";
import { parseFields } from "../../../../infra/gateways/iyzico/reply.ts";

const amounts = fc.integer({ min: 1, max: 10_000_000_000 }).map(kurus);

Deno.test("writeAmount() writes what iyzico's own client does", () => {
  fc.assert(fc.property(amounts, (amount) => {
    const { formatPrice } = utils as { formatPrice(price: string): string };
    const lira = `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
    assertEquals(writeAmount(amount), formatPrice(lira));
  }));
});

Deno.test("readAmount() reads what writeAmount() wrote, with any zeros behind it", () => {
  fc.assert(fc.property(amounts, fc.integer({ min: 0, max: 6 }), (amount, zeros) => {
    assertEquals(readAmount(writeAmount(amount) + "0".repeat(zeros)), amount);
    assertEquals(readAmount(trimAmount(writeAmount(amount))), amount);
  }));
});

Deno.test("readAmount() reads nothing that is no whole number of kurus", () => {
  const texts = ["", "-1", "1.005", "1,5", "1e3", "1.", ".5", " 1", "0x1", "NaN", "12345678901234"];
  for (const text of [undefined, ...texts]) assertEquals(readAmount(text), undefined, text);
});

Deno.test("trimAmount() trims an amount as answers are signed", () => {
  const cases = [["10.50", "10.5"], ["10.0", "10"], ["10.00000000", "10"], ["100", "100"], [
    "0.05",
    "0.05",
  ]] as const;
  for (const [text, trimmed] of cases) assertEquals(trimAmount(text), trimmed);
});

Deno.test("parseFields() keeps the text of every number", () => {
  assertEquals(
    parseFields('{"price":10.50,"list":[{"paidPrice":1.20000000,"id":9007199254740993}]}'),
    { price: "10.50", list: [{ paidPrice: "1.20000000", id: "9007199254740993" }] },
  );
});
