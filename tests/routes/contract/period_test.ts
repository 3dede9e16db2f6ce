import { assertEquals } from "@std/assert";
import { from, to } from "../../../routes/contract/fleet_fields.ts";
import { toPeriod } from "../../../routes/contract/period.ts";
import { listErrors } from "../../../routes/contract/problems.ts";

const ISTANBUL = "Europe/Istanbul";

Deno.test("toPeriod() takes days whole, as the time zone has them", () => {
  const march = toPeriod({ from: { day: "2026-03-01" }, to: { day: "2026-03-31" } }, ISTANBUL);
  const value = {
    from: Date.parse("2026-02-28T21:00:00Z"),
    to: Date.parse("2026-03-31T21:00:00Z"),
  };
  assertEquals(march, { ok: true, value });
  const day = { day: "2026-03-29" };
  const short = toPeriod({ from: day, to: day }, "Europe/Berlin");
  assertEquals(short.ok && (short.value.to ?? 0) - (short.value.from ?? 0), 23 * 3_600_000);
});

Deno.test("toPeriod() takes instants as they are, and leaves open what is not asked for", () => {
  assertEquals(toPeriod({}, ISTANBUL), { ok: true, value: {} });
  assertEquals(toPeriod({ from: { at: 5 } }, ISTANBUL), { ok: true, value: { from: 5 } });
  assertEquals(toPeriod({ to: { at: 5 } }, ISTANBUL), { ok: true, value: { to: 5 } });
});

Deno.test("toPeriod() refuses a period that ends before it begins", () => {
  const problem = listErrors("validation_failed", [{ field: "to", code: "invalid_period" }]);
  for (const end of [4, 5]) {
    const period = toPeriod({ from: { at: 5 }, to: { at: end } }, ISTANBUL);
    assertEquals(period, { ok: false, problem });
  }
});

Deno.test("from and to refuse what is neither a day nor an instant", () => {
  for (const field of [from, to]) {
    for (const text of ["2026-03-01", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00.123+03:00"]) {
      assertEquals(field.safeParse(text).success, true, text);
    }
    const wrong = ["", "2026-02-30", "2026-3-1", "2026-03-01T10:00:00", "1", "yesterday", "-1"];
    for (const text of [...wrong, "2026-03-01 10:00", "2026-13-01T10:00:00Z"]) {
      const [issue] = field.safeParse(text).error?.issues ?? [];
      assertEquals(issue?.message, "invalid_moment", text);
    }
  }
});
