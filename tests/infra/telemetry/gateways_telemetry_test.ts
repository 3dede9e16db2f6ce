import { assert, assertEquals } from "@std/assert";
import { sendWell } from "../../support/answers.ts";
import { CONFIGURED, variablesOf } from "../../support/gateways/configured.ts";
import { toRequest } from "../../support/gateways/user.ts";
import { createUser } from "../../support/kese.ts";
import { startOtlpReceiver, toText } from "../../support/otlp_receiver.ts";
import { startMain } from "../../support/process.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

/** The test card of the first payment that a development prints. */
const SHOWN_TO_DEVELOPERS = "4242424242424242";

for (const configured of CONFIGURED) {
  Deno.test(`main.ts with CARD_GATEWAY=${configured.name} exports no token, holder or key`, () =>
    withTemporaryFile(async ({ path }) => {
      await using receiver = startOtlpReceiver();
      await using fake = configured.open();
      const variables = {
        ...variablesOf(configured, fake.url),
        ...receiver.variables,
        SQLITE_PATH: path,
        PORT: "0",
      };
      await using running = startMain(variables);
      const url = await running.url;
      await createUser(url, "1", "0");
      const json = { userNo: "1", ...toRequest(fake.card()) };
      await sendWell(url, "POST /kart-saklama", { json });
      const topUp = { json: { userNo: "1", balance: "50" } };
      const { status } = await sendWell(url, "POST /update_balance", topUp);
      fake.play("charge", "half_an_answer");
      const unclear = await sendWell(url, "POST /update_balance", topUp);
      await sendWell(url, "POST /karta-iade", { json: { userNo: "1", amount: "20" } });
      assertEquals([status, unclear.status], [201, 202]);
      running.kill("SIGTERM"); // Deno exports the rest as it ends
      assertEquals(await running.ended, 0, running.output());

      const text = toText(receiver.exports);
      assert(text.includes("POST /update_balance"));
      const secrets = fake.secrets().filter((secret) => secret !== SHOWN_TO_DEVELOPERS);
      assert(secrets.length > 0);
      assertEquals(secrets.filter((secret) => text.includes(secret)), []);
      assertEquals(secrets.filter((secret) => running.output().includes(secret)), []);
    }));
}
