import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../../infra/process/development.ts";
import { readTarget, smoke } from "../../scripts/smoke.ts";
import { CHECKS } from "../../scripts/smoke/checks.ts";
import { startMain } from "../support/process.ts";

const DEVELOPMENT = { fleet: DEVELOPMENT_FLEET, fleetKey: DEVELOPMENT_FLEET_KEY };

Deno.test("readTarget() takes the key of development on loopback, and nowhere else", () => {
  const own = { SMOKE_FLEET: "hergele", SMOKE_FLEET_KEY: "a key" };
  const given = { fleet: "hergele", fleetKey: "a key" };
  for (
    const [args, variables, target] of [
      [[], {}, { url: "http://127.0.0.1:5000", ...DEVELOPMENT }],
      [["http://localhost:8000/"], {}, { url: "http://localhost:8000", ...DEVELOPMENT }],
      [["http://[::1]:8000"], own, { url: "http://[::1]:8000", ...given }],
      [["https://kese.example.com/v1/"], own, { url: "https://kese.example.com/v1", ...given }],
    ] as const
  ) assertEquals(readTarget(args, variables), { ok: true, target });
  for (
    const [args, variables, fault] of [
      [["https://kese.example.com"], {}, "Set SMOKE_FLEET and SMOKE_FLEET_KEY."],
      [[], { SMOKE_FLEET: "hergele" }, "Set SMOKE_FLEET and SMOKE_FLEET_KEY."],
      [["http://kese.example.com"], own, "it is not https"],
      [["kese.example.com"], own, "Usage"],
      [["file:///kese"], own, "Usage"],
      [["https://kese.example.com", "more"], own, "Usage"],
    ] as const
  ) {
    const read = readTarget(args, variables);
    assert(!read.ok);
    assertStringIncludes(read.fault, fault);
  }
});

Deno.test("smoke() finds every answer of main.ts right, twice, and says so of each check", async () => {
  const running = startMain({ KESE_ENV: "development", PORT: "0", SQLITE_PATH: ":memory:" });
  const target = { url: await running.url, ...DEVELOPMENT };
  for (const _again of [1, 2]) {
    const lines: string[] = [];
    const failed = await smoke(target, (line) => lines.push(line));
    assertEquals(failed, 0, lines.join("\n"));
    assertEquals(lines.filter((line) => line.startsWith("ok ")).length, CHECKS.length + 1);
  }

  const lines: string[] = [];
  const failed = await smoke({ ...target, fleetKey: "wrong" }, (line) => lines.push(line));
  assert(failed > CHECKS.length / 2);
  assertStringIncludes(lines.join("\n"), "FAILED  a user is created once: the status is 401");
  assert(!lines.join("\n").includes("wrong"));
  running.kill("SIGTERM");
  assertEquals(await running.ended, 0);
});

Deno.test("smoke() says of each check that nobody answered", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const target = { url: `http://127.0.0.1:${port}`, ...DEVELOPMENT };
  assertEquals(await smoke(target, () => {}), CHECKS.length + 1);
});
