import { assert, assertEquals } from "@std/assert";
import { KeseError } from "../../client/src/mod.ts";
import { demo } from "../../scripts/demo.ts";
import { FLEET, FLEET_KEY, openTestKese, OTHER_FLEET_KEY } from "../support/kese.ts";

/** Walks through the ride with a Kese of the test, and gives what was printed and how it ended. */
async function run(
  fleetKey: string,
): Promise<{ readonly text: string; readonly error: unknown }> {
  await using kese = await openTestKese();
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(options, kese.app.fetch);
  const lines: string[] = [];
  const target = { url: `http://127.0.0.1:${server.addr.port}`, fleet: FLEET, fleetKey };
  const error = await demo(target, (line) => lines.push(line)).catch((error) => error);
  return { text: lines.join("\n"), error };
}

Deno.test("demo() walks through a ride and prints each request with its answer", async () => {
  const { text, error } = await run(FLEET_KEY);
  assertEquals(error, undefined);
  const statuses = [...text.matchAll(/^(?:(POST|GET) (\S+)|→ (\d+))$/gm)]
    .map(([, method, path, status]) =>
      status ?? `${method} ${path?.replace(/\?.*|hold_\w+/g, "")}`
    );
  assertEquals(statuses, [
    ...["POST /create_user", "201", "POST /kart-saklama", "201", "POST /update_balance", "201"],
    ...["POST /provizyon", "201", "POST /provizyon//tahsilat", "201", "POST /iade", "201"],
    ...["GET /islemler", "200", "GET /filo/gun-sonu", "200"],
  ]);
  const balances = [...text.matchAll(/"balance": "([\d.]+)",\n\s+"available": "([\d.]+)"/g)]
    .map(([, balance, available]) => `${balance} ${available}`);
  assertEquals(balances.at(-1), "172.80 172.80");
  assert(!text.includes(FLEET_KEY), "the key is printed");
});

Deno.test("demo() ends with the refusal that it met", async () => {
  const { text, error } = await run(OTHER_FLEET_KEY);
  assertEquals(error instanceof KeseError && error.code, "unauthenticated");
  assert(text.endsWith("}"), text);
});
