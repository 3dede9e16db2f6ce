import { assertEquals } from "@std/assert";
import type { Observer } from "../../domain/ports/observer.ts";
import { createUser, openTestKese, send } from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";

/** Notes all that an observer is told. */
function createRecorder(): { readonly observer: Observer; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    observer: {
      routed: ({ method, route }) => told.push(`routed ${method} ${route}`),
      refused: ({ route, code, status }) => told.push(`refused ${route} ${status} ${code}`),
      waiting: (change) => told.push(`waiting ${change}`),
      saved: ({ entries, result, milliseconds }) =>
        told.push(`saved ${entries.map(({ type }) => type)} ${result} ${milliseconds}`),
      topUpsOpen: (count) => told.push(`open ${count}`),
      eventDelivered: (lag) => told.push(`delivered ${lag}`),
    },
  };
}

Deno.test("Observer is told of the route, the queue and the save of a payment, and of a refusal", async () => {
  const { observer, told } = createRecorder();
  await using kese = await openTestKese({ observer });
  await createUser(kese, "1");
  told.length = 0;
  const pay = (amount: string) =>
    send(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount } });
  await pay("1.00");
  const route = "/kart-saklamali-odeme";
  const begin = [`routed POST ${route}`, "waiting 1", "waiting -1"];
  assertEquals(told.splice(0), [...begin, "saved payment saved 0"]);
  await pay("500.00");
  assertEquals(told.splice(0), [...begin, `refused ${route} 402 insufficient_balance`]);
});

Deno.test("Observer is told how many top-ups a sweep leaves open", async () => {
  const { observer, told } = createRecorder();
  const gateway = createScriptedGateway({ charge: ["says_pending"], inquire: ["pending"] });
  await using kese = await openTestKese({ observer, gateway });
  await createUser(kese, "1");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4242424242424242" } });
  await send(kese, "POST /update_balance", { json: { userNo: "1", balance: "5.00" } });
  kese.clock.advance(10 * 60_000);
  await kese.sweep();
  assertEquals(told.filter((line) => line.startsWith("open")), ["open 1"]);
});
