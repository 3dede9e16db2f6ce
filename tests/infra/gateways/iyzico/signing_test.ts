import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { verify } from "../../../../infra/gateways/iyzico/messages.ts";
import { signFields, signRequest, signWebhook } from "../../../../infra/gateways/iyzico/signing.ts";
import { SAMPLE_KEYS } from "../../../support/gateways/iyzico_keys.ts";

/** What iyzico's own clients prove themselves by, and one request of Kese's that its client signed. */
const REQUESTS = [
  {
    of: "iyzipay-node",
    keys: ["api_key", "secret_key"],
    parts: ["random_string", "uri", '"body"'],
    header:
      "YXBpS2V5OmFwaV9rZXkmcmFuZG9tS2V5OnJhbmRvbV9zdHJpbmcmc2lnbmF0dXJlOjAxNzUwODkyMWEyOWVlNTYwMWJjZDFmYmU4M2VmZDJlMmJlNDNhZjAyZWNlZmYzMGNmMmU5MWE1MzlhYWIzNTU=",
  },
  {
    of: "iyzipay-php, without a body",
    keys: ["test", "test"],
    parts: ["123456789", "/v2/subscription/customers/", ""],
    header:
      "YXBpS2V5OnRlc3QmcmFuZG9tS2V5OjEyMzQ1Njc4OSZzaWduYXR1cmU6NmYzODQwOTlhYWUzMjhmNzJkYWY5Y2RhYjEwNWViMzdmYjI5NjIwMjUxYzQ3YjRjNTgzZDc0OGQ5ZDBhYjc2NA==",
  },
  {
    of: "iyzipay-php, of a request that has nothing to say",
    keys: ["test", "test"],
    parts: ["123456789", "/v2/subscription/initialize", ""],
    header:
      "YXBpS2V5OnRlc3QmcmFuZG9tS2V5OjEyMzQ1Njc4OSZzaWduYXR1cmU6YmM0NGIyZjRkZmI4ZGY3NDE0N2IxZjUyN2ZmNjM2NDQ0YzNiM2QzYTFmZjk3ZGNiMzM2NmJjMjkzZmFjZjI5OA==",
  },
  {
    of: "iyzipay-php, of a path that holds a host",
    keys: ["test", "test"],
    parts: ["123456789", "https://api.iyzipay.com/Iyzilink/v2/Iyzilink/products/", ""],
    header:
      "YXBpS2V5OnRlc3QmcmFuZG9tS2V5OjEyMzQ1Njc4OSZzaWduYXR1cmU6OGM2NzI5MGYwMGZjN2FjOGE2NDczZDQ3OGEyMmRmYjY5YzgxNzFjZjc5Mzk4NDVmNzdiMWQwYjNmODQ3MGQ1MA==",
  },
  {
    of: "iyzipay-java, without a body",
    keys: ["apiKey", "secretKey"],
    parts: ["random", "/v2/uri", ""],
    header:
      "YXBpS2V5OmFwaUtleSZyYW5kb21LZXk6cmFuZG9tJnNpZ25hdHVyZTpjOWU1OTI2NjE4ODNlY2NkYjEzYmEwOGFhYTdhNTJiMDhmZTFkNDhkZTU2OGZmNDgxZDZmOGM3ZWFkMjkzN2Uy",
  },
  {
    of: "Kese",
    keys: [SAMPLE_KEYS.apiKey, SAMPLE_KEYS.secretKey],
    parts: [
      "1722246017090123456789",
      "/payment/detail",
      '{"locale":"tr","conversationId":"top_01M829RJJTJT9P5BSQB888S198","paymentConversationId":"top_01M829RJJTJT9P5BSQB888S198"}',
    ],
    header:
      "YXBpS2V5OnNhbmRib3gtYWZYaFpQVzBNUWxFNGRDVVVsSGNFb3BuTUJnWG5BWkkmcmFuZG9tS2V5OjE3MjIyNDYwMTcwOTAxMjM0NTY3ODkmc2lnbmF0dXJlOjViZGZmNDM0ZmJhZDI5NjIxZGQ4YWRjNjc1NjM2ZmIwOGExMTlkOGI4NWM1MDZiNjk5YTJiNjNiZGY2ZWFkNzc=",
  },
] as const;

for (const { of, keys: [apiKey, secretKey], parts: [nonce, path, body], header } of REQUESTS) {
  Deno.test(`signRequest() signs the published example of ${of}`, () => {
    const signed = signRequest({ apiKey, secretKey }, { nonce, path, body });
    assertEquals(signed, `IYZWSv2 ${header}`);
  });
}

Deno.test("signRequest() signs the worked example with the signature that it names", () => {
  const { keys: [apiKey, secretKey], parts: [nonce, path, body] } = REQUESTS[5];
  const [, token = ""] = signRequest({ apiKey, secretKey }, { nonce, path, body }).split(" ");
  assertEquals(
    Buffer.from(token, "base64").toString().split("signature:")[1],
    "5bdff434fbad29621dd8adc675636fb08a119d8b85c506b699a2b63bdf6ead77",
  );
});

Deno.test("signFields() signs the published answer and callback", () => {
  const answer = ["22416032", "TRY", "basketId", "conversationId", "10.5", "10.5"];
  assertEquals(
    signFields("sandbox-qaIiLIxhjMgx3LSKIVvp6j17NunHOFtD", answer),
    "836c3a6c8db86c81043f2ca74edb13518b54a813f454f8dd762f0dd658610173",
  );
  assertEquals(signFields(CALLBACK_KEY, ["", "", "1", "22484292", "success"]), CALLBACK_SIGNATURE);
});

const CALLBACK_KEY = "jLc7GQHD2pyJoqXDeEcTnGHYtP7Ai5jl";
const CALLBACK_SIGNATURE = "a4f73b80bb32a6ef8358090bbd8609a49a7b53f463048f8ef147496e236d04f0";

const WEBHOOK_KEY = "sandbox-UuLnD7wZa0a3DmytfIrwHQqAMfqCNJrs";
const DIRECT = {
  body:
    '{"paymentConversationId":"conversationId","merchantId":3382172,"paymentId":22484059,"status":"SUCCESS","iyziReferenceCode":"a9af8e6b-4401-4928-b6b8-40419aaa3d0f","iyziEventType":"API_AUTH","iyziEventTime":1721826034463}',
  signature: "92c7a72b7741bc83eb696066605c894778c87297b2c88d6037670666230e18ae",
  subject: { reference: "conversationId", providerRef: "22484059" },
};
const OWN_PAGE = {
  body:
    '{"paymentConversationId":"conversationId","merchantId":3382172,"token":"e828c62d-fd12-4b1a-ad5a-380f15fe6596","status":"SUCCESS","iyziReferenceCode":"77e1635c-6b39-475a-8b7b-ca15ad0cd4ac","iyziEventType":"CHECKOUT_FORM_AUTH","iyziEventTime":1721825036103,"iyziPaymentId":22483975}',
  signature: "4031c575763486a2d2bf3f7ace0baebfcd6bed65393ab4df3fe80c00d5fd6878",
  subject: { reference: "conversationId", providerRef: "22483975" },
};

Deno.test("signWebhook() signs the published events", () => {
  const direct = ["API_AUTH", "22484059", "conversationId", "SUCCESS"];
  assertEquals(signWebhook(WEBHOOK_KEY, direct), DIRECT.signature);
});

for (const { body, signature, subject } of [DIRECT, OWN_PAGE]) {
  const headers = (value: string) => new Headers({ "X-Iyz-Signature-V3": value });

  Deno.test(`verify() takes the published webhook about ${subject.providerRef}`, () => {
    const message = { kind: "webhook", headers: headers(signature), body } as const;
    assertEquals(verify(message, WEBHOOK_KEY), subject);
  });

  Deno.test(`verify() refuses the webhook about ${subject.providerRef} once a thing is changed`, () => {
    const changed = [
      { headers: headers(""), body },
      { headers: new Headers(), body },
      { headers: headers(signature.replace(/.$/, "0")), body },
      { headers: headers(signature), body: body.replace("SUCCESS", "FAILURE") },
      { headers: headers(signature), body: body.replace(subject.providerRef, "22480000") },
      { headers: headers(signature), body: body.replace('conversationId"', 'another"') },
      { headers: headers(signature), body: body.slice(0, -1) },
      { headers: headers(signature), body: `[${body}]` },
    ];
    for (const message of changed) {
      assertEquals(verify({ kind: "webhook", ...message }, WEBHOOK_KEY), undefined);
    }
    const message = { kind: "webhook", headers: headers(signature), body } as const;
    assertEquals(verify(message, "another key"), undefined);
  });
}

Deno.test("verify() takes the published callback, which names no reference, and no changed one", () => {
  const form = {
    status: "success",
    paymentId: "22484292",
    conversationData: "",
    conversationId: "",
    mdStatus: "1",
    signature: CALLBACK_SIGNATURE,
  };
  const read = (changes: Readonly<Record<string, string>>) =>
    verify({
      kind: "callback",
      headers: new Headers(),
      body: String(new URLSearchParams({ ...form, ...changes })),
    }, CALLBACK_KEY);
  assertEquals(read({}), { providerRef: "22484292" });
  for (const changes of Object.keys(form).map((name) => ({ [name]: "2" }))) {
    assertEquals(read(changes), undefined);
  }
});
