import type { KeyId, Scope } from "../../domain/auth.ts";
import { sendWell } from "./answers.ts";
import type { Target, TestRequest } from "./kese.ts";

/** A named key as its making shows it. */
export interface MadeKey {
  readonly keyId: KeyId;
  readonly key: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** Makes a named key of the tests' fleet, or of whoever sends the request. */
export async function makeKey(
  target: Target,
  scopes: readonly Scope[],
  { json = {}, ...request }: TestRequest & { readonly json?: object } = {},
): Promise<MadeKey> {
  const wish = { name: "Kasa 1", scopes, ...json };
  const { body } = await sendWell(target, "POST /filo/anahtarlar", { ...request, json: wish });
  return body;
}
