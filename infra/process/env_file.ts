import { parseEnv } from "node:util";
import type { Variables } from "./environment.ts";

/** What an `.env` in the working directory sets; there need not be one. */
export async function readEnvFile(): Promise<Variables> {
  try {
    return parseEnv(await Deno.readTextFile(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
