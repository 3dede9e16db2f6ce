import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Journal } from "../../domain/ports/journal.ts";
import { assertProblem, sendWell } from "../support/answers.ts";
import { VISA } from "../support/card_numbers.ts";
import {
  createUser,
  FLEET,
  FLEET_KEY,
  openTestKese,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";

/** Pays 0.01 for user 1 so many times. */
async function pay(kese: TestKese, times: number): Promise<void> {
  const line = "POST /kart-saklamali-odeme?userNo=1&amount=0.01";
  await Promise.all(Array.from({ length: times }, () => sendWell(kese, line)));
}

/** The answer as it arrives, and how many pages of the journal were read so far. */
async function ask(kese: TestKese) {
  const { journal } = kese.store;
  const list = journal.list.bind(journal);
  const read = { pages: 0 };
  const counting: Journal["list"] = (...page) => {
    read.pages++;
    return list(...page);
  };
  Object.assign(journal, { list: counting });
  const headers = { filo: FLEET, authorization: `Bearer ${FLEET_KEY}` };
  const response = await kese.app.request("/kullanici/verilerim?userNo=1", { headers });
  assertEquals(response.status, 200);
  assert(response.body);
  return { body: response.body, read };
}

Deno.test("GET /kullanici/verilerim gives all that is kept of a user, also of a closed one", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "5.00");
  await createUser(kese, "2");
  await sendWell(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  kese.clock.advance(1_000);
  const bearer = await signIn(kese, "1");
  const { body } = await send(kese, "GET /kullanici/verilerim", { bearer });
  const [saved, opened] = body.entries;
  const { body: { data } } = await send(kese, "GET /islemler?userNo=1");
  assertEquals(body, {
    message: "Kullanıcının saklanan tüm verileri görüntülendi.",
    userNo: "1",
    status: "active",
    balance: "5.00",
    held: "0.00",
    available: "5.00",
    currency: "TRY",
    holds: [],
    profile: {
      name: "John",
      surname: "Doe",
      birthDate: "1990-01-01",
      phoneNumber: "5555555",
      email: "john.doe@example.com",
    },
    cards: [saved.card],
    sessions: [{
      createdAt: "2026-01-01T00:00:01.000Z",
      expiresAt: "2026-01-02T00:00:01.000Z",
    }],
    entries: data,
  });
  assertEquals([opened.type, body.cards[0].maskedNumber], ["account_opened", "424242******4242"]);
  await sendWell(kese, "POST /kart-saklamali-odeme?userNo=1&amount=5");
  await sendWell(kese, "POST /hesap/kapat?userNo=1");
  const closed = await sendWell(kese, "GET /kullanici/verilerim?userNo=1");
  assertEquals([closed.body.status, closed.body.sessions], ["closed", []]);
  assertEquals(closed.body.entries.length, 4);
  const nobody = await send(kese, "GET /kullanici/verilerim?userNo=3");
  assertProblem(nobody, 404, "user_not_found", {});
});

Deno.test("GET /kullanici/verilerim has every entry once while others are written, a page in memory at a time", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 449);
  const { body, read } = await ask(kese);
  const decoder = new TextDecoder();
  let [text, chunks] = ["", 0];
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    chunks++;
    // The first chunk is what stands before the entries.
    assertEquals(read.pages, Math.min(chunks - 1, 5));
    await pay(kese, 20);
  }
  const seqs = JSON.parse(text).entries.map(({ seq }: { readonly seq: number }) => seq);
  assertEquals(seqs, Array.from({ length: 450 }, (_, place) => 450 - place));
});

Deno.test("GET /kullanici/verilerim reads nothing more when the client has gone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 300);
  const { body, read } = await ask(kese);
  const reader = body.getReader();
  for (let chunk = 0; chunk < 2; chunk++) await reader.read();
  await reader.cancel();
  await pay(kese, 1);
  assertEquals(read.pages, 1);
});

Deno.test("GET /kullanici/verilerim breaks off, and says so in the log, when an entry cannot be read", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await pay(kese, 150);
  const { body } = await ask(kese);
  const { journal } = kese.store;
  const list = journal.list.bind(journal);
  const failing: Journal["list"] = (id, options) =>
    (options.beforeSeq ?? 0) < 100 ? Promise.reject(new Error("no entry")) : list(id, options);
  Object.assign(journal, { list: failing });
  await assertRejects(() => new Response(body).text(), Error, "no entry");
  assertEquals(kese.lines.filter((line) => line.includes("user_data_broken_off")).length, 1);
});
