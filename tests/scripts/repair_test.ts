import { assert, assertEquals } from "@std/assert";
import { reconcile, repair } from "../../scripts/reconcile.ts";
import { assertProblem, balanceOf, saveCard, sendWell } from "../support/answers.ts";
import { type Answer, createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { mongoUri, withMongoStore } from "../support/mongo_store.ts";
import type { UserDocument } from "../../infra/mongo/account_documents.ts";

function pay(kese: TestKese, amount = "1"): Promise<Answer> {
  return send(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount } });
}

Deno.test({
  name: "reconcile names an account that was restored without its ledger, and repairs it when told",
  ignore: mongoUri === undefined,
  fn: () =>
    withMongoStore(async (store) => {
      const users = store.database.collection<UserDocument>("users");
      const before = await openTestKese({ store });
      await createUser(before, "1");
      await saveCard(before, "1");
      const older = await users.findOne({ _id: "hergele/1" });
      assert(older);
      for (let payments = 0; payments < 14; payments++) {
        assertEquals((await pay(before)).status, 201);
      }
      await store.settled();
      await users.replaceOne({ _id: "hergele/1" }, older);

      // The process that knew the later account, and one that knows nothing.
      const fresh = await openTestKese({ store });
      for (const kese of [before, fresh]) {
        const answer = await pay(kese);
        assertProblem(answer, 503, "store_inconsistent");
        assertEquals(kese.lines.some((line) => line.includes('"store_inconsistent"')), true);
        assertEquals((await users.findOne({ _id: "hergele/1" }))?.seq, older.seq);
        const report = await reconcile(kese);
        assertEquals(
          report.faults[0],
          "hergele/1: the account ends with entry 2, its journal with 16",
        );
        assertEquals(await repair(kese, report, false), [
          "hergele/1: would be set from entry 2 with 100.00 to entry 16 with 86.00",
        ]);
        assertEquals((await users.findOne({ _id: "hergele/1" }))?.seq, older.seq);
      }

      const kese = fresh;
      assertEquals(await repair(kese, await reconcile(kese), true), [
        "hergele/1: set from entry 2 with 100.00 to entry 16 with 86.00",
      ]);
      assertEquals((await reconcile(kese)).faults, []);
      assertEquals((await pay(kese)).status, 201);
      await sendWell(before, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: "1" } });
      assertEquals(await balanceOf(kese, "1"), "84.00");
      await store.settled();
      assertEquals((await reconcile(kese)).faults, []);
      for (const { dependencies: { audit } } of [before, fresh]) await audit.flush();
    }),
});
