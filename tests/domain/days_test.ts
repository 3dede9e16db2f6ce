import { assertEquals } from "@std/assert";
import { addDays, dayOf, isDay, isTimeZone, spanOfDay } from "../../domain/days.ts";

const ISTANBUL = "Europe/Istanbul";
const HOUR = 60 * 60 * 1_000;

Deno.test("spanOfDay() begins and ends with the clocks of its time zone", () => {
  assertEquals(spanOfDay("2026-03-01", ISTANBUL), {
    from: Date.parse("2026-02-28T21:00:00.000Z"),
    to: Date.parse("2026-03-01T21:00:00.000Z"),
  });
  assertEquals(spanOfDay("2026-03-01", "UTC").from, Date.parse("2026-03-01T00:00:00Z"));
  assertEquals(
    spanOfDay("2026-03-01", "Pacific/Kiritimati").from,
    Date.parse("2026-02-28T10:00:00Z"),
  );
  assertEquals(
    spanOfDay("2026-03-01", "Pacific/Pago_Pago").from,
    Date.parse("2026-03-01T11:00:00Z"),
  );
});

Deno.test("spanOfDay() has 23, 24 or 25 hours where clocks are changed, midnight included", () => {
  const lasts = (day: string, zone: string) => {
    const { from, to } = spanOfDay(day, zone);
    return (to - from) / HOUR;
  };
  assertEquals(lasts("2026-03-29", "Europe/Berlin"), 23);
  assertEquals(lasts("2026-10-25", "Europe/Berlin"), 25);
  assertEquals(lasts("2026-10-26", "Europe/Berlin"), 24);
  // In Beirut the clocks go from 00:00 to 01:00.
  assertEquals(lasts("2026-03-29", "Asia/Beirut"), 23);
  // Turkey changed its clocks until 2016.
  assertEquals(lasts("2016-03-27", ISTANBUL), 23);
});

Deno.test("spanOfDay() leaves no moment between two days, nor gives one to both", () => {
  for (const zone of [ISTANBUL, "Europe/Berlin", "Asia/Beirut", "America/Havana", "Asia/Kolkata"]) {
    for (let day = "2025-12-25"; day < "2027-01-05"; day = addDays(day, 1)) {
      const { from, to } = spanOfDay(day, zone);
      assertEquals(to, spanOfDay(addDays(day, 1), zone).from, `${day} in ${zone}`);
      assertEquals(dayOf(from, zone), day);
      assertEquals(dayOf(to - 1, zone), day);
    }
  }
});

Deno.test("dayOf() tells the millisecond before midnight from midnight", () => {
  assertEquals(dayOf(Date.parse("2026-03-01T20:59:59.999Z"), ISTANBUL), "2026-03-01");
  assertEquals(dayOf(Date.parse("2026-03-01T21:00:00.000Z"), ISTANBUL), "2026-03-02");
});

Deno.test("addDays() knows months, years and leap days", () => {
  assertEquals(addDays("2026-12-31", 1), "2027-01-01");
  assertEquals(addDays("2028-03-01", -1), "2028-02-29");
});

Deno.test("isDay() takes days of the calendar alone", () => {
  for (const day of ["2026-03-01", "2028-02-29"]) assertEquals(isDay(day), true, day);
  for (
    const text of ["2026-02-29", "2026-13-01", "2026-3-1", "2026-03-01T00:00:00Z", "bugün", ""]
  ) {
    assertEquals(isDay(text), false, text);
  }
});

Deno.test("isTimeZone() takes names of time zones alone", () => {
  for (const name of [ISTANBUL, "UTC"]) assertEquals(isTimeZone(name), true, name);
  for (const name of ["Istanbul", "Europe/Nowhere", ""]) {
    assertEquals(isTimeZone(name), false, name);
  }
});
