import type { Definition } from "../../routes/http/endpoint.ts";
import { saveCard, sendWell } from "./answers.ts";
import {
  type Answer,
  createUser,
  openTestKese,
  send,
  type TestKese,
  type TestOptions,
} from "./kese.ts";

/** The line of a request for an endpoint, with that id in its path if it takes one. */
export function toLine({ method, path }: Definition, id: string): string {
  return `${method.toUpperCase()} ${path.replace(/\{\w+\}/, id)}`;
}

/** Opens Kese with user 1, who has a balance, a card and a payment of 10. */
export async function openWithPayment(options: TestOptions = {}): Promise<TestKese> {
  const kese = await openTestKese(options);
  await createUser(kese, "1");
  await saveCard(kese, "1");
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo: "1", amount: "10" } });
  return kese;
}

export const JSON_TYPE: Readonly<Record<string, string>> = { "content-type": "application/json" };

/** Sends a body as it is, byte for byte, as JSON unless the headers say otherwise. */
export function sendBody(
  kese: TestKese,
  line: string,
  raw: BodyInit,
  headers = JSON_TYPE,
): Promise<Answer> {
  return send(kese, line, { raw, headers });
}
