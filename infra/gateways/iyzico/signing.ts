import { Buffer } from "node:buffer";
import { hmacSha256 } from "../signatures.ts";

/** What a merchant signs with. The API key begins with `sandbox-` if it is one of the sandbox. */
export interface IyzicoKeys {
  readonly apiKey: string;
  readonly secretKey: string;
}

/** A request as its signature sees it. */
export interface SignedParts {
  /** New in every request. */
  readonly nonce: string;
  /** Without host and query. */
  readonly path: string;
  /** The text whose bytes are sent; empty if there is no body. */
  readonly body: string;
}

/** The `Authorization` header of a request (IYZWSv2). */
export function signRequest(
  { apiKey, secretKey }: IyzicoKeys,
  { nonce, path, body }: SignedParts,
): string {
  const signature = hmac(secretKey, nonce + path + body);
  const text = `apiKey:${apiKey}&randomKey:${nonce}&signature:${signature}`;
  return `IYZWSv2 ${Buffer.from(text).toString("base64")}`;
}

/** The signature of an answer, or of what the user's browser brings: over fields in a fixed order. */
export function signFields(secretKey: string, fields: readonly string[]): string {
  return hmac(secretKey, fields.join(":"));
}

/** The signature of a webhook, version 3: over the secret itself and fields without a separator. */
export function signWebhook(secretKey: string, fields: readonly string[]): string {
  return hmac(secretKey, secretKey + fields.join(""));
}

function hmac(secretKey: string, message: string): string {
  return hmacSha256(secretKey, message, "hex");
}
