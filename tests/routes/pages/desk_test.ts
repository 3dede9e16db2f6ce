import { assertEquals, assertMatch } from "@std/assert";
import { createSystemClock } from "../../../infra/process/clock.ts";
import { saveCard, sendWell } from "../../support/answers.ts";
import { EVENT_SECRET, startEventReceiver, waitUntil } from "../../support/event_receiver.ts";
import { withBrowser } from "../../support/browser.ts";
import { assertUsable, goTo, openDesk, settle } from "../../support/desk.ts";
import {
  createUser,
  FLEET,
  newUser,
  send,
  signIn,
  type TestKese,
  useKeys,
} from "../../support/kese.ts";
import { makeKey } from "../../support/named_keys.ts";
import { assertClean, type ListeningKese, openListeningKese } from "../../support/listening.ts";

/** Is charged, and the gateway does not say so at once. */
const UNCLEAR = "4000000000000119";
/** Is saved, then declined. */
const DECLINED = "4000000000000341";

/** A user with a card, a top-up, a payment, a hold and a session. */
async function openScene(): Promise<ListeningKese> {
  const scene = await openListeningKese();
  const { kese } = scene;
  await createUser(kese, "1", "1234.50");
  await saveCard(kese, "1", "5555555555554444");
  await sendWell(kese, "POST /update_balance", { json: { userNo: "1", balance: "50" } });
  const ride = { userNo: "1", amount: "47.90", orderId: "ride-1", description: "Kadıköy - Moda" };
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: ride });
  await sendWell(kese, "POST /provizyon", { json: { userNo: "1", amount: "20" } });
  await signIn(kese, "1");
  return scene;
}

/** How many entries of a type a user has. */
async function countOf({ kese }: ListeningKese, type: string): Promise<number> {
  return (await send(kese, `GET /islemler?userNo=1&type=${type}`)).body.data.length;
}

async function balanceOf({ kese }: ListeningKese) {
  const { body: { status, balance, held } } = await send(kese, "GET /bakiye?userNo=1");
  return { status, balance, held };
}

async function cardIdOf(kese: TestKese, last4: string): Promise<string> {
  const { body } = await send(kese, "GET /kart-saklama-listesi?userNo=1");
  return body.cards.find((card: { last4: string }) => card.last4 === last4).cardId;
}

const WORDS = {
  tr: {
    refund: "İade et",
    refundConfirm: "47,90 ₺ iade et",
    refundDone: "47,90 ₺ iade edildi. Bakiye: 1.284,50 ₺",
    balance: "1.236,60 ₺",
    freeze: "Dondur",
    frozen: "Dondurulmuş",
    unfreeze: "Çöz",
    active: "Etkin",
    release: "Serbest bırak",
    released: "Açık provizyon yok.",
    endSessions: "Oturumları sonlandır",
    ended: "1 oturum sonlandırıldı.",
    adjust: "Bakiye düzelt",
    amount: "Tutar",
    typed: "1.000,5",
    adjustConfirm: "1.000,50 ₺ ekle",
    adjusted: "Bakiye düzeltildi: 2.285,00 ₺",
  },
  en: {
    refund: "Refund",
    refundConfirm: "Refund 47.90 ₺",
    refundDone: "47.90 ₺ was refunded. Balance: 1,284.50 ₺",
    balance: "1,236.60 ₺",
    freeze: "Freeze",
    frozen: "Frozen",
    unfreeze: "Unfreeze",
    active: "Active",
    release: "Release",
    released: "No open hold.",
    endSessions: "End sessions",
    ended: "Sessions ended: 1.",
    adjust: "Adjust the balance",
    amount: "Amount",
    typed: "1,000.5",
    adjustConfirm: "Add 1,000.50 ₺",
    adjusted: "The balance was adjusted: 2,285.00 ₺",
  },
} as const;

for (const language of ["tr", "en"] as const) {
  const words = WORDS[language];

  withBrowser(`GET /masa does what the fleet may do for a user (${language})`, async (open) => {
    await using scene = await openScene();
    const opened = await openDesk(open, scene, { language });
    const { page } = opened;
    const dialog = page.getByRole("dialog");
    const press = (name: string) => page.getByRole("button", { name, exact: true }).first().click();
    const confirm = (name: string) => dialog.getByRole("button", { name, exact: true }).click();
    await goTo(page, "kullanici/1");
    await page.getByText(words.balance).first().waitFor();

    // The second half of a double click confirms nothing; a double click on the confirmation refunds once.
    await page.getByRole("button", { name: words.refund, exact: true }).dblclick();
    await dialog.waitFor();
    assertEquals(await countOf(scene, "refund"), 0);
    await dialog.getByRole("button", { name: words.refundConfirm, exact: true }).dblclick();
    await page.getByText(words.refundDone).waitFor();
    await settle(page);
    assertEquals(await countOf(scene, "refund"), 1);

    await press(words.freeze);
    await confirm(words.freeze);
    await page.getByText(words.frozen, { exact: true }).waitFor();
    await press(words.unfreeze);
    await confirm(words.unfreeze);
    await page.getByText(words.active, { exact: true }).waitFor();
    await press(words.release);
    await confirm(words.release);
    await page.getByText(words.released).waitFor();
    await press(words.endSessions);
    await confirm(words.endSessions);
    await page.getByText(words.ended).waitFor();
    await press(words.adjust);
    await dialog.getByLabel(words.amount).fill(words.typed);
    await confirm(words.adjustConfirm);
    await page.getByText(words.adjusted).waitFor();
    assertEquals(await balanceOf(scene), { status: "active", balance: "2285.00", held: "0.00" });
    assertClean(opened);
  });
}

withBrowser("GET /masa finds users by number, telephone and e-mail", async (open) => {
  await using scene = await openListeningKese();
  const { kese } = scene;
  await createUser(kese, "12");
  const ayse = { phoneNumber: "+905321234567", email: "ayse@example.com", name: "Ayşe" };
  await sendWell(kese, "POST /create_user", { json: newUser("123", ayse) });
  await createUser(kese, "9");
  const opened = await openDesk(open, scene);
  const { page } = opened;
  const table = [
    ["q", "12", ["12", "123"]],
    ["q", "7", []],
    ["phoneNumber", "0532 123 45 67", ["123"]],
    ["email", "ayse@example.com", ["123"]],
  ] as const;
  for (const [by, wanted, found] of table) {
    await page.getByRole("combobox", { name: "Ara" }).selectOption(by);
    await page.getByLabel("Aranan").fill(wanted);
    await page.keyboard.press("Enter");
    await settle(page);
    const users = await page.locator("tbody").getByRole("link").allTextContents();
    assertEquals(users.toSorted(), [...found], wanted);
  }
  await page.getByRole("link", { name: "123" }).click();
  await page.getByRole("heading", { name: "Ayşe Doe" }).waitFor();
  assertClean(opened);
});

withBrowser(
  "GET /masa shows a day's turnover by hour and day, and what waits for somebody",
  async (open) => {
    await using scene = await openScene();
    const { kese } = scene;
    await saveCard(kese, "1", DECLINED);
    const json = { userNo: "1", balance: "10", cardId: await cardIdOf(kese, "0341") };
    assertEquals((await send(kese, "POST /update_balance", { json })).status, 402);
    const opened = await openDesk(open, scene);
    const { page } = opened;
    await goTo(page, "gun-sonu");
    const [byHour, byDay] = await page.getByRole("img").evaluateAll((charts) =>
      charts.map((chart) => chart.getAttribute("aria-label"))
    );
    assertMatch(byHour ?? "", /^Saatlere göre; \d\d\.00: 47,90\s₺$/);
    assertMatch(byDay ?? "", /^Son yedi gün; \d+ \S+: 47,90\s₺$/);
    await goTo(page, "bekleyenler");
    await page.getByText("Sonuçlanmamış yükleme yok.").waitFor();
    await page.getByText("banka onay vermedi").waitFor();
    assertClean(opened);
  },
);

withBrowser("GET /masa leads to a user, the day and what waits in English, too", async (open) => {
  await using scene = await openScene();
  const { key } = await makeKey(scene.kese, ["read"]);
  const opened = await openDesk(open, scene, { language: "en", key });
  const { page } = opened;
  await page.getByLabel("Search for").fill("1");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "1", exact: true }).click();
  await page.getByRole("heading", { name: "John Doe" }).waitFor();
  await page.getByText("Not possible with this key: refunds; adjusting").waitFor();
  await page.getByRole("link", { name: "Day's end" }).click();
  await page.getByRole("img", { name: /^By hour; \d\d:00: 47\.90\s₺$/ }).waitFor();
  await page.getByRole("img", { name: /^The last seven days; \d+ \S+: 47\.90\s₺$/ }).waitFor();
  await page.getByRole("link", { name: "Waiting" }).click();
  await page.getByText("No open top-up.").waitFor();
  await page.getByText("Not possible with this key: seeing events.").waitFor();
});

withBrowser("GET /masa adds up a day of more entries than it could keep", async (open) => {
  await using scene = await openListeningKese();
  const { kese } = scene;
  await createUser(kese, "1");
  await useKeys(kese, 2_050);
  const opened = await openDesk(open, scene);
  const { page } = opened;
  await goTo(page, "gun-sonu");
  const [byHour] = await page.getByRole("img").evaluateAll((charts) =>
    charts.map((chart) => chart.getAttribute("aria-label"))
  );
  assertMatch(byHour ?? "", /^Saatlere göre; \d\d\.00: 20,50\s₺$/);
  assertEquals(await page.getByText("Okunuyor").count(), 0);
  assertClean(opened);
});

withBrowser("GET /masa says how far it has read a day, and shows what it has", async (open) => {
  await using scene = await openListeningKese();
  await createUser(scene.kese, "1");
  await useKeys(scene.kese, 150);
  const { page } = await openDesk(open, scene);
  const gate = Promise.withResolvers<void>();
  await page.route(/islemler.*cursor=/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.evaluate(() => void (location.hash = "#/gun-sonu"));
  await page.getByText("Okunuyor: şimdiye kadar 100 işlem.").waitFor();
  await page.getByRole("img", { name: /1,00\s₺/ }).waitFor();
  gate.resolve();
  await page.getByRole("img", { name: /Saatlere göre; \d\d\.00: 1,50\s₺/ }).waitFor();
  await page.getByText("Okunuyor").waitFor({ state: "detached" });
});

withBrowser(
  "GET /masa lists the top-ups whose outcome is not known, and no others",
  async (open) => {
    await using scene = await openScene();
    const { kese } = scene;
    await saveCard(kese, "1", UNCLEAR);
    const json = { userNo: "1", balance: "30", cardId: await cardIdOf(kese, "0119") };
    assertEquals((await send(kese, "POST /update_balance", { json })).status, 202);
    const { page } = await openDesk(open, scene);
    await goTo(page, "bekleyenler");
    const rows = page.getByRole("region", { name: "Sonuçlanmamış yüklemeler" }).locator("tbody tr");
    assertMatch((await rows.allTextContents()).join("\n"), /^[^\n]*30,00\s₺[^\n]*0119$/);
  },
);

withBrowser("GET /masa shows an event that waits once it is late", async (open) => {
  const gate = Promise.withResolvers<Response>();
  await using receiver = startEventReceiver();
  receiver.answer = () => gate.promise;
  const target = { url: receiver.url, secrets: [EVENT_SECRET] };
  await using scene = await openListeningKese({
    clock: { ...createSystemClock(), advance: () => {} },
    environment: { eventTargets: new Map([[FLEET, target]]) },
  });
  const { events } = scene.kese.dependencies;
  events.start();
  try {
    await createUser(scene.kese, "1");
    const { page } = await openDesk(open, scene);
    await goTo(page, "bekleyenler");
    await page.getByText("Geciken olay yok.").waitFor();
    await page.clock.setFixedTime(Date.now() + 61_000);
    await page.reload();
    await page.getByRole("cell", { name: "Hesap açıldı" }).waitFor();
  } finally {
    gate.resolve(new Response(null, { status: 204 }));
    await events.stop();
  }
});

/** What of a fleet's events the desk shows, and what its receiver answers to a payment's. */
const UNDELIVERED = [
  {
    what: "an undelivered event",
    status: 410,
    list: "failed",
    gone: "Teslim edilemeyen olay yok.",
  },
  { what: "a late event", status: 500, list: "pending", gone: "Geciken olay yok." },
] as const;

for (const { what, status, list, gone } of UNDELIVERED) {
  withBrowser(`GET /masa sends ${what} again`, async (open) => {
    await using receiver = startEventReceiver();
    receiver.answer = ({ type }) => {
      return new Response(null, { status: type === "payment" ? status : 204 });
    };
    const target = { url: receiver.url, secrets: [EVENT_SECRET] };
    await using scene = await openListeningKese({
      clock: { ...createSystemClock(), advance: () => {} },
      environment: { eventTargets: new Map([[FLEET, target]]) },
    });
    const { kese } = scene;
    const { events } = kese.dependencies;
    events.start();
    try {
      await createUser(kese, "1");
      await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: "1" } });
      await waitUntil(async () => {
        const { body } = await send(kese, `GET /filo/olaylar?status=${list}`);
        return body.data.length === 1 && body.data[0].lastStatus === status;
      });
      const opened = await openDesk(open, scene);
      const { page } = opened;
      await goTo(page, "bekleyenler");
      await page.getByRole("cell", { name: String(status) }).waitFor();
      receiver.answer = () => new Response(null, { status: 204 });
      await page.getByRole("button", { name: "Yeniden gönder" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Yeniden gönder" }).click();
      await page.getByText(gone).waitFor();
      assertClean(opened);
    } finally {
      await events.stop();
    }
  });
}

withBrowser(
  "GET /masa sends a repeated confirmation with the same key, also when the answer was lost",
  async (open) => {
    await using scene = await openScene();
    const opened = await openDesk(open, scene);
    const { page } = opened;
    await goTo(page, "kullanici/1");
    const keys: (string | undefined)[] = [];
    // The first answer never arrives, as on a telephone in a lift.
    await page.route("**/iade", async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      const answer = await route.fetch();
      if (keys.length === 1) await route.abort();
      else await route.fulfill({ response: answer });
    });
    await page.getByRole("button", { name: "İade et" }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "47,90 ₺ iade et" });
    await confirm.click();
    await page.getByText("Sunucuya ulaşılamadı").waitFor();
    await confirm.click();
    await page.getByText("47,90 ₺ iade edildi").waitFor();
    assertEquals([keys.length, new Set(keys).size, await countOf(scene, "refund")], [2, 1, 1]);
  },
);

withBrowser("GET /masa is used with the keyboard alone", async (open) => {
  await using scene = await openScene();
  const opened = await openDesk(open, scene);
  const { page } = opened;
  await goTo(page, "kullanici/1");
  const refund = page.getByRole("button", { name: "İade et" });
  await refund.waitFor();
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press("Tab");
    if (await refund.evaluate((button) => button.matches(":focus-visible"))) break;
  }
  await page.keyboard.press("Enter");
  const confirm = page.getByRole("dialog").getByRole("button", { name: "47,90 ₺ iade et" });
  await confirm.waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  // The amount has the focus; Enter confirms once the dialog takes it.
  await confirm.and(page.locator(":enabled")).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("47,90 ₺ iade edildi").waitFor();
  assertEquals(await countOf(scene, "refund"), 1);
  assertClean(opened);
});

withBrowser("GET /masa is usable on a telephone and to a screen reader", async (open) => {
  await using scene = await openScene();
  for (const size of [{ width: 360, height: 740 }, { width: 1280, height: 800 }]) {
    const opened = await openDesk(open, scene, { size });
    const { page } = opened;
    for (const place of ["", "kullanici/1", "gun-sonu", "bekleyenler"]) {
      await goTo(page, place);
      await assertUsable(page);
    }
    await goTo(page, "kullanici/1");
    await page.getByRole("button", { name: "Bakiye düzelt" }).click();
    await page.getByRole("dialog").getByRole("button", { disabled: false }).nth(1).waitFor();
    await assertUsable(page);
    assertClean(opened);
  }
});

withBrowser(
  "GET /masa says what is wrong with a key, and keeps a right one in its tab alone",
  async (open) => {
    await using scene = await openScene();
    const { page } = await open({ origins: [scene.url] });
    await page.goto(`${scene.url}/masa`);
    await assertUsable(page);
    await page.getByLabel("Filo").fill(FLEET);
    await page.getByLabel("Anahtar").fill("wrong");
    await page.getByRole("button", { name: "Gir" }).click();
    await page.getByText("Filo ya da anahtar yanlış").waitFor();
    await page.getByLabel("Anahtar").fill(await signIn(scene.kese, "1"));
    await page.getByRole("button", { name: "Gir" }).click();
    await page.getByText("Bu anahtar masada kullanılamaz").waitFor();

    const signedIn = await openDesk(open, scene);
    await signedIn.page.reload();
    await signedIn.page.getByRole("navigation").waitFor();
    const context = signedIn.page.context();
    const other = await context.newPage();
    await other.goto(`${scene.url}/masa`);
    await other.getByRole("button", { name: "Gir" }).waitFor();
    assertEquals(await context.cookies(), []);
    await signedIn.page.getByRole("button", { name: "Çıkış" }).click();
    await signedIn.page.reload();
    await signedIn.page.getByRole("button", { name: "Gir" }).waitFor();
  },
);

withBrowser(
  "GET /masa offers a named key what it may do, and says what it may not",
  async (open) => {
    await using scene = await openScene();
    const table = [
      { scopes: ["read"], buttons: [], lacks: 3 },
      { scopes: ["read", "refund"], buttons: ["İade et"], lacks: 2 },
      {
        scopes: ["read", "adjust"],
        buttons: ["Bakiye düzelt", "Dondur", "Oturumları sonlandır"],
        lacks: 2,
      },
    ] as const;
    for (const { scopes, buttons, lacks } of table) {
      const { key } = await makeKey(scene.kese, scopes);
      const { page, foreign, policyReports } = await openDesk(open, scene, { key });
      await goTo(page, "kullanici/1");
      await page.getByText("Kadıköy - Moda").waitFor();
      const shown = await page.locator("main").getByRole("button").allTextContents();
      assertEquals(shown, [...buttons]);
      const said = await page.getByText("Bu anahtarla yapılamaz").textContent();
      assertEquals(said?.split(";").length, lacks);
      await goTo(page, "bekleyenler");
      await page.getByText("Bu anahtarla yapılamaz: olayları görme.").waitFor();
      assertEquals({ foreign, policyReports }, { foreign: [], policyReports: [] });
    }
  },
);

withBrowser("GET /masa says what a refused key lacks, and changes nothing", async (open) => {
  await using scene = await openScene();
  const { key } = await makeKey(scene.kese, ["read"]);
  const { page } = await openDesk(open, scene, { key });
  // As if the desk had not learnt what the key lacks.
  await page.evaluate(
    (session) => sessionStorage.setItem("kese.desk", session),
    JSON.stringify({ filo: FLEET, key, lacks: [] }),
  );
  await goTo(page, "kullanici/1");
  await page.getByRole("button", { name: "Dondur" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Dondur" }).click();
  await page.getByRole("alert").getByText("adjust").waitFor();
  assertEquals((await balanceOf(scene)).status, "active");
});

withBrowser(
  "readAmount() takes amounts as people write them, and nothing that could mean two",
  async (open) => {
    await using scene = await openListeningKese();
    const table = {
      tr: [
        ["10", "10"],
        ["10,5", "10.5"],
        ["10.50", "10.50"],
        ["1.234,50", "1234.50"],
        ["1.234", "1234"],
        [" 1.234,50 ₺ ", "1234.50"],
        ...["", "1,234.50", "10,505", "-5", "1e3", "1.23.4", "on"].map((
          written,
        ) => [written, null]),
      ],
      en: [
        ["10.5", "10.5"],
        ["1,234.50", "1234.50"],
        ["1,234", "1234"],
        ...["1.234,50", "1.234", "10.505", "+5"].map((written) => [written, null]),
      ],
    } as const;
    for (const language of ["tr", "en"] as const) {
      const { page } = await open({ origins: [scene.url], language });
      await page.goto(`${scene.url}/masa`);
      const read = await page.evaluate(async ([path, written]) => {
        const { readAmount } = await import(path as string);
        return (written as string[]).map((one) => [one, readAmount(one) ?? null]);
      }, ["/static/desk/format.js", table[language].map(([written]) => written)] as const);
      assertEquals(read, table[language].map((row) => [...row]));
    }
  },
);
