import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  DECLINE_REASONS,
  declineText,
  FIELD_MESSAGES,
  findUnknownTexts,
  listTextVariables,
  MESSAGES,
  PAGE_TEXTS,
} from "../../routes/contract/messages.ts";
import { PROBLEM_TEXTS } from "../../routes/contract/problem_texts.ts";
import { saveCard, sendWell } from "../support/answers.ts";
import { createUser, newUser, openTestKese, send, type TestKese } from "../support/kese.ts";

const PAY = "POST /kart-saklamali-odeme";

/** The same requests with another header. */
async function talk(kese: TestKese, language: string | undefined) {
  const headers: Record<string, string> = language === undefined ? {} : {
    "accept-language": language,
  };
  return {
    success: await send(kese, "GET /bakiye?userNo=1", { headers }),
    problem: await send(kese, PAY, { json: { userNo: "1", amount: "999" }, headers }),
    fields: await send(kese, "POST /create_user", { json: {}, headers }),
    unknown: await send(kese, "GET /nowhere", { headers }),
    method: await send(kese, "DELETE /bakiye", { headers }),
    unauthenticated: await send(kese, "GET /bakiye?userNo=1", { bearer: null, headers }),
  };
}

Deno.test("createApp() speaks Turkish unless it is asked for English", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const language of [undefined, "tr", "de", "*", "en;q=0.1, tr"]) {
    const answers = await talk(kese, language);
    for (const { headers } of Object.values(answers)) {
      assertEquals(headers.get("content-language"), null);
    }
    assertEquals(answers.success.body.message, "Bakiye görüntülendi.");
    const { title, detail, message } = answers.problem.body;
    assertEquals([title, message], ["Bakiye yetersiz.", "Bakiye yetersiz."]);
    assertEquals(
      detail,
      "Kullanılabilir bakiye 100.00 TRY, istenen 999.00 TRY: POST /update_balance ile bakiye yükleyin.",
    );
    assertEquals(answers.fields.body.errors[0].message, "Zorunlu parametre eksik.");
    assertEquals(answers.unknown.body.message, "İstenen adres (endpoint) bulunamadı.");
  }
});

Deno.test("createApp() speaks English to those who ask for it", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const language of ["en", "en-US", "en-US,en;q=0.9,tr;q=0.8", "fr, en;q=0.5"]) {
    const answers = await talk(kese, language);
    for (const { headers } of Object.values(answers)) {
      assertEquals(headers.get("content-language"), "en");
    }
    assertEquals(answers.success.body.message, "The balance was found.");
    const { title, detail, message } = answers.problem.body;
    assertEquals([title, message], ["The balance is too low.", "The balance is too low."]);
    assertEquals(
      detail,
      "100.00 TRY is available, 999.00 TRY is asked for: top up with POST /update_balance.",
    );
    assertEquals(answers.fields.body.errors[0].message, "A required parameter is missing.");
    assertEquals(answers.unknown.body.message, "There is no such route.");
  }
});

Deno.test("createApp() answers alike in both languages but for the texts", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const withoutTexts = (text: string) =>
    text.replaceAll(/"(title|detail|message|requestId)":"[^"]*"/g, "");
  const [turkish, english] = [await talk(kese, "tr"), await talk(kese, "en")];
  for (const [name, answer] of Object.entries(turkish)) {
    const other = Object.entries(english).find(([same]) => same === name)?.[1];
    assert(other);
    assertEquals([other.status, withoutTexts(other.text)], [
      answer.status,
      withoutTexts(answer.text),
    ]);
    assertNotEquals(other.body.message, answer.body.message);
  }
});

Deno.test("createTexts() says what the operator says, in each language for itself", async () => {
  const texts = new Map([
    ["MSG_BALANCE_FOUND", "Bakiyeniz hazır."],
    ["MSG_INSUFFICIENT_BALANCE", 'Kesenizde "yeterince" para yok.'],
    ["MSG_INSUFFICIENT_BALANCE_EN", "Your purse is too light."],
    ["MSG_NOT_FOUND_EN", "Nothing here."],
    ["MSG_MISSING_PARAMETER", "Bunu da yazın."],
    ["MSG_ACCOUNT_OPENED", "Hoş geldiniz."],
  ]);
  await using kese = await openTestKese({ environment: { texts } });
  const created = await sendWell(kese, "POST /create_user", { json: newUser("1", { balance: 5 }) });
  assertEquals(created.body.message, "Hoş geldiniz.");
  const turkish = await talk(kese, "tr");
  assertEquals(turkish.success.body.message, "Bakiyeniz hazır.");
  const { title, message, detail } = turkish.problem.body;
  assertEquals([title, message], Array(2).fill('Kesenizde "yeterince" para yok.'));
  assertEquals(
    detail,
    "Kullanılabilir bakiye 5.00 TRY, istenen 999.00 TRY: POST /update_balance ile bakiye yükleyin.",
  );
  assertEquals(turkish.fields.body.errors[0].message, "Bunu da yazın.");
  assertEquals(turkish.unknown.body.message, "İstenen adres (endpoint) bulunamadı.");
  const english = await talk(kese, "en");
  assertEquals(english.success.body.message, "The balance was found.");
  assertEquals(english.problem.body.message, "Your purse is too light.");
  assertEquals(english.unknown.body.message, "Nothing here.");
  // Programs match these: no text changes them.
  assertEquals([english.problem.status, english.problem.body.code], [402, "insufficient_balance"]);
});

Deno.test("createTexts() can replace the text of every success", async () => {
  const texts = new Map([...listTextVariables().keys()].map((name) => [name, `own ${name}`]));
  assertEquals(findUnknownTexts(texts), []);
  await using kese = await openTestKese({ environment: { texts } });
  const own = async (line: string, json: unknown): Promise<unknown> => {
    const { body } = await sendWell(kese, line, { json });
    return body.message;
  };
  assertEquals(
    await own("POST /create_user", newUser("1", { balance: 50 })),
    "own MSG_ACCOUNT_OPENED",
  );
  const cardId = await saveCard(kese, "1");
  const table = [
    ["POST /kart-saklama", { cardNo: "4000000000000119" }, "CARD_SAVED"],
    ["PUT /secili-kart", { cardId }, "CARD_SELECTED"],
    ["POST /update_balance", { balance: "1" }, "TOP_UP_CREDITED"],
    [PAY, { amount: "1" }, "PAYMENT_ACCEPTED"],
    ["POST /iade", {}, "REFUND_ACCEPTED"],
    ["DELETE /kart-saklama", { cardId }, "CARD_REMOVED"],
    ["POST /update_balance", { balance: "1" }, "TOP_UP_PENDING"],
    ["POST /authenticate_first_route", {}, "CODE_CREATED"],
  ] as const;
  for (const [line, json, name] of table) {
    assertEquals(await own(line, { userNo: "1", ...json }), `own MSG_${name}`);
  }
});

Deno.test("listTextVariables() has a Turkish and an English name for every text", () => {
  const variables = listTextVariables();
  const reasons = Object.keys(DECLINE_REASONS).map(declineText);
  const names = [
    ...[PROBLEM_TEXTS, MESSAGES, FIELD_MESSAGES, PAGE_TEXTS].flatMap((texts) => Object.keys(texts)),
    ...reasons,
  ];
  assertEquals(new Set(names).size, names.length, "no text takes another one's name");
  assertEquals(variables.size, 2 * names.length);
  for (const name of names) {
    for (const suffix of ["", "_EN"]) {
      const text = variables.get(`MSG_${name.toUpperCase()}${suffix}`);
      // The reasons stand within a sentence.
      assertMatch(text ?? "", reasons.includes(name) ? /^\S.*[^.]$/ : /^\S.*\.$/, name);
    }
  }
});

Deno.test("findUnknownTexts() names what replaces no text, most likely misspelt", () => {
  const overrides = new Map([
    ["MSG_INSUFICIENT_BALANCE", "x"],
    ["MSG_BUSY", "x"],
    ["MSG_BUSY_TR", "x"],
    ["MSG_", "x"],
  ]);
  assertEquals(findUnknownTexts(overrides), ["MSG_INSUFICIENT_BALANCE", "MSG_BUSY_TR", "MSG_"]);
});
