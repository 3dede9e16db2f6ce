import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MINUTE_MILLISECONDS } from "../../domain/limits.ts";
import { assertAddsUp, assertProblem, saveCard, sendWell } from "../support/answers.ts";
import { createPatientClock } from "../support/clock.ts";
import { createUser, openTestKese, send, signIn, type TestKese } from "../support/kese.ts";

const WANTS_THE_USER = "4000000000003220";
const RETURN_URL = "https://rider.example/wallet?tab=1";

async function openWaiting(returnUrl?: string) {
  const kese = await openTestKese();
  await createUser(kese, "1");
  await saveCard(kese, "1", WANTS_THE_USER);
  const asked = await send(kese, "POST /update_balance", {
    json: { userNo: "1", balance: "50", ...(returnUrl && { returnUrl }) },
    key: "k",
  });
  return { kese, asked, topUpId: String(asked.body.topUpId) };
}

/** What a browser asks: no credentials, no cookies, and redirects shown. */
function browse(kese: TestKese, path: string, form?: string): Promise<Response> {
  return Promise.resolve(
    kese.app.request(path, {
      method: form === undefined ? "GET" : "POST",
      ...(form !== undefined && {
        body: form,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: "https://bank.example",
        },
      }),
    }),
  );
}

const formOf = (topUpId: string, result: string) =>
  `reference=${topUpId}&providerRef=sbx_${topUpId}&result=${result}`;

Deno.test("POST /update_balance says where the bank wants to see the user, and credits once they approved", async () => {
  const { kese, asked, topUpId } = await openWaiting(RETURN_URL);
  await using _ = kese;
  assertEquals([asked.status, asked.body.status], [202, "requires_action"]);
  assertEquals(asked.body.action, {
    url: `http://localhost:5000/update_balance/${topUpId}/3ds`,
    expiresAt: new Date(kese.clock.now() + 10 * MINUTE_MILLISECONDS).toISOString(),
  });
  const page = await browse(kese, `/update_balance/${topUpId}/3ds`);
  const html = await page.text();
  assertEquals(page.status, 200);
  assertStringIncludes(html, `action="http://localhost:5000/update_balance/${topUpId}/donus"`);
  assertStringIncludes(page.headers.get("content-security-policy") ?? "", "sandbox allow-forms");
  assertEquals(page.headers.get("set-cookie"), null);
  const back = await browse(kese, `/update_balance/${topUpId}/donus`, formOf(topUpId, "approve"));
  assertEquals(back.status, 303);
  assertEquals(
    back.headers.get("location"),
    `https://rider.example/wallet?tab=1&topUpId=${topUpId}&status=credited`,
  );
  const again = await browse(kese, `/update_balance/${topUpId}/donus`, formOf(topUpId, "refuse"));
  assertEquals([again.status, again.headers.get("location")], [303, back.headers.get("location")]);
  const shown = await send(kese, `GET /update_balance/${topUpId}?userNo=1`);
  assertEquals([shown.body.status, shown.body.balance, shown.body.action], [
    "credited",
    "150.00",
    undefined,
  ]);
  assertEquals(await assertAddsUp(kese, "1"), "150.00");
  const { body: { data } } = await send(kese, "GET /islemler?userNo=1&limit=3");
  assertEquals(data.map((entry: { type: string }) => entry.type), [
    "top_up_credited",
    "top_up_action_required",
    "top_up_started",
  ]);
  assertEquals([data[0].gateway, data[0].providerRef], ["sandbox", `sbx_${topUpId}`]);
  const replayed = await send(kese, "POST /update_balance", {
    json: { userNo: "1", balance: "50", returnUrl: RETURN_URL },
    key: "k",
  });
  assertEquals([replayed.status, replayed.body.status], [201, "credited"]);
});

Deno.test("POST /update_balance/{topUpId}/donus tells a user who refuses on the bank's page on a page of Kese's, and nothing is credited", async () => {
  const { kese, topUpId } = await openWaiting();
  await using _ = kese;
  const back = await browse(kese, `/update_balance/${topUpId}/donus`, formOf(topUpId, "refuse"));
  assertEquals(back.status, 200);
  assertStringIncludes(await back.text(), "Bakiye yüklenemedi.");
  const shown = await send(kese, `GET /update_balance/${topUpId}?userNo=1`);
  assertEquals([shown.body.status, shown.body.declineReason], ["failed", "authentication_failed"]);
  assertEquals(await assertAddsUp(kese, "1"), "100.00");
});

Deno.test("POST /update_balance/{topUpId}/donus changes nothing if the bank did not write it", async () => {
  const { kese, topUpId } = await openWaiting();
  await using _ = kese;
  const forms = ["", "result=approve", formOf("top_0", "approve"), "{}"];
  for (const form of forms) {
    const back = await browse(kese, `/update_balance/${topUpId}/donus`, form);
    assertEquals(back.status, 200, form);
    assertStringIncludes(await back.text(), "Banka onayı bekleniyor.");
  }
  assertEquals((await browse(kese, `/update_balance/${topUpId}/donus`)).status, 200);
  const warned = kese.lines.filter((line) => line.includes("card_gateway_message_not_verified"));
  assertEquals(warned.length, forms.length + 1);
});

Deno.test("GET /update_balance/{topUpId} has not credited a user who does not come back in time", async () => {
  const { kese, topUpId } = await openWaiting();
  await using _ = kese;
  kese.clock.advance(10 * MINUTE_MILLISECONDS);
  await kese.sweep();
  const shown = await send(kese, `GET /update_balance/${topUpId}?userNo=1`);
  assertEquals([shown.body.status, shown.body.declineReason], ["failed", "authentication_expired"]);
  const page = await browse(kese, `/update_balance/${topUpId}/3ds`);
  assertStringIncludes(await page.text(), "Bakiye yüklenemedi.");
  const late = await browse(kese, `/update_balance/${topUpId}/donus`, formOf(topUpId, "approve"));
  assertStringIncludes(await late.text(), "Bakiye yüklenemedi.");
  assertEquals(await assertAddsUp(kese, "1"), "100.00");
});

Deno.test("POST /update_balance/{topUpId}/donus leads a user who was erased since to a page of Kese's", async () => {
  await using kese = await openTestKese({ clock: createPatientClock() });
  await createUser(kese, "1", "0");
  await saveCard(kese, "1", WANTS_THE_USER);
  const { body: { topUpId } } = await send(kese, "POST /update_balance", {
    json: { userNo: "1", balance: "50", returnUrl: RETURN_URL },
  });
  const back = () => browse(kese, `/update_balance/${topUpId}/donus`, formOf(topUpId, "refuse"));
  assertEquals((await back()).status, 303);
  await sendWell(kese, "POST /hesap/kapat", { json: { userNo: "1" } });
  await sendWell(kese, "DELETE /kullanici", { json: { userNo: "1" } });
  for (const page of [await back(), await browse(kese, `/update_balance/${topUpId}/3ds`)]) {
    assertEquals(page.status, 200);
    assertStringIncludes(await page.text(), "Bakiye yüklenemedi.");
  }
});

Deno.test("GET /update_balance/{topUpId}/3ds says an operator's own words, as text", async () => {
  const texts = new Map([
    ["MSG_PAGE_TOP_UP_UNKNOWN", "Yok <b>öyle</b> bir şey & bitti."],
    ["MSG_PAGE_TOP_UP_UNKNOWN_EN", "No such thing."],
  ]);
  await using kese = await openTestKese({ environment: { texts } });
  const page = await browse(kese, "/update_balance/top_01JABCDEFGHJKMNPQRSTVWXYZ0/3ds");
  const html = await page.text();
  assertStringIncludes(html, "<h1>Yok &lt;b&gt;öyle&lt;/b&gt; bir şey &amp; bitti.</h1>");
  assertStringIncludes(html, "No such thing.");
});

Deno.test("GET /update_balance/{topUpId}/3ds knows no other top-up", async () => {
  const { kese } = await openWaiting();
  await using _ = kese;
  for (const id of ["top_01JABCDEFGHJKMNPQRSTVWXYZ0", "tuc_1", "x"]) {
    for (const form of [undefined, ""]) {
      const path = `/update_balance/${id}/${form === undefined ? "3ds" : "donus"}`;
      const page = await browse(kese, path, form);
      assertEquals(page.status, 404, path);
      assertMatch(await page.text(), /bulunamadı/);
    }
  }
  const long = await browse(kese, "/update_balance/top_1/donus", "x".repeat(20_000));
  assertEquals(long.status, 413);
  await long.body?.cancel();
});

Deno.test("POST /update_balance takes a returnUrl at RETURN_ORIGINS alone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await saveCard(kese, "1");
  const bearer = await signIn(kese, "1");
  for (
    const returnUrl of [
      "https://evil.example/",
      "javascript:alert(1)",
      "/wallet",
      "x".repeat(3_000),
    ]
  ) {
    const answer = await send(kese, "POST /update_balance", {
      bearer,
      json: { userNo: "1", balance: "5", returnUrl },
    });
    assertProblem(answer, 422, "validation_failed");
    assertEquals(answer.body.errors[0].code, "invalid_return_url");
  }
  assertEquals(await assertAddsUp(kese, "1"), "100.00");
});

Deno.test("POST /webhook/{gateway}/{filo} refuses what nobody signed, and knows no other gateway", async () => {
  await using kese = await openTestKese();
  for (
    const [path, status] of [
      ["/webhook/sandbox/hergele", 401],
      ["/webhook/stripe/hergele", 404],
      ["/webhook/sandbox/nobody", 404],
    ] as const
  ) {
    const answer = await kese.app.request(path, { method: "POST", body: "{}" });
    assertEquals(answer.status, status, path);
    await answer.body?.cancel();
  }
});
