import { assertEquals, assertGreater } from "@std/assert";
import { productionOn } from "./support/both_stores.ts";
import { createUser, send } from "./support/kese.ts";
import { payTo } from "./support/payments.ts";
import { startMain } from "./support/process.ts";
import { SMALL_DISK_LAUNCHER } from "../scripts/services/failing_disk.ts";
import { withTemporaryFile } from "./support/temporary_store.ts";

Deno.test({
  name: "GET /health/ready says that a disk is full, as soon as no payment is taken any more",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTemporaryFile(async ({ path }) => {
      const options = { launcher: SMALL_DISK_LAUNCHER };
      await using running = startMain(productionOn({ SQLITE_PATH: path }), options);
      const url = await running.url;
      await createUser(url, "1", "1000.00");
      assertEquals((await send(url, "GET /health/ready")).status, 200);
      let paid = 0;
      const pay = () => payTo(url, { userNo: "1", amountKurus: 1, key: `pay-${paid}` });
      while ((await pay()).status === 201) paid++;
      assertGreater(paid, 10);
      assertEquals((await send(url, "GET /health/ready")).status, 503);
      assertEquals((await send(url, "GET /health/live")).status, 200);
    }),
});
