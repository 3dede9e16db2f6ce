import { assertEquals } from "@std/assert";
import {
  readCallback,
  signRequest,
  signWebhook,
} from "../../../../infra/gateways/craftgate/signing.ts";

const TOP_UP = "top_01M829RJJTJT9P5BSQB888S198";
const DUMMY = { url: "https://sandbox-api.craftgate.io", apiKey: "dummy", secretKey: "dummy" };

Deno.test("signRequest() gives the signature that Craftgate publishes", () => {
  assertEquals(
    signRequest({ ...DUMMY, random: "123", body: "" }),
    "sgmDw5GY819oFF8SC5OTORgqvKGL/4iTZxCeWTSJP5Y=",
  );
});

Deno.test("signRequest() signs the body that is sent", () => {
  const body = '{"price":100,"paidPrice":100,"walletPrice":0,"installment":1,' +
    `"conversationId":"${TOP_UP}","externalId":"${TOP_UP}","currency":"TRY",` +
    '"paymentGroup":"LISTING_OR_SUBSCRIPTION","card":{"cardUserKey":"cuk","cardToken":"ct"},' +
    `"items":[{"name":"top-up","price":100,"externalId":"${TOP_UP}"}]}`;
  const url = "https://sandbox-api.craftgate.io/payment/v1/card-payments";
  const keys = { apiKey: "api-key", secretKey: "secret-key", random: "rnd-1" };
  assertEquals(
    signRequest({ url, ...keys, body }),
    "uM4cKl+O6CTvUsBQUJIxJnYoh7Gu+pWoDtrU38ujKr0=",
  );
});

Deno.test("signRequest() signs the address as it reads decoded", () => {
  const signed = (url: string) => signRequest({ ...DUMMY, url, random: "1", body: "" });
  assertEquals(signed("https://a.example/x?a=b%3Ac"), signed("https://a.example/x?a=b:c"));
});

const FORM = {
  status: "SUCCESS",
  completeStatus: "WAITING",
  paymentId: "5",
  conversationData: "conversation-data",
  conversationId: "conversation-id",
  callbackStatus: "",
};
const HASH = "1d3fa1e51fe7c350185c5a7f8c3ff513a991367b08c16a56f4ab9abeb738a1e1";
const CALLBACK_KEY = "merchantThreeDsCallbackKeySndbox";

Deno.test("readCallback() takes the form that Craftgate publishes, with or without an empty field", () => {
  const { callbackStatus: _, ...short } = FORM;
  for (const form of [FORM, short]) {
    const text = String(new URLSearchParams({ ...form, hash: HASH }));
    assertEquals(readCallback(text, CALLBACK_KEY), FORM);
  }
});

for (const [name, value] of Object.entries({ ...FORM, hash: HASH })) {
  Deno.test(`readCallback() refuses a form whose ${name} was changed`, () => {
    const text = String(new URLSearchParams({ ...FORM, hash: HASH, [name]: `${value}1` }));
    assertEquals(readCallback(text, CALLBACK_KEY), undefined);
  });
}

Deno.test("readCallback() refuses a form without a hash, and one of another key", () => {
  assertEquals(readCallback(String(new URLSearchParams(FORM)), CALLBACK_KEY), undefined);
  const text = String(new URLSearchParams({ ...FORM, hash: HASH }));
  assertEquals(readCallback(text, "another"), undefined);
});

Deno.test("signWebhook() gives the signature that Craftgate publishes", () => {
  const fields = {
    eventType: "API_VERIFY_AND_AUTH",
    eventTimestamp: "1661521221",
    status: "SUCCESS",
    payloadId: "584",
  };
  assertEquals(
    signWebhook(fields, "Aoh7tReTybO6wOjBmOJFFsOR53SBojEp"),
    "0wRB5XqWJxwwPbn5Z9TcbHh8EGYFufSYTsRMB74N094=",
  );
});
