import { parseEnv } from "node:util";

/** Environment variables by name, as the process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What an `.env` in the working directory sets; there need not be one. */
export async function readEnvFile(): Promise<Variables> {
  try {
    return parseEnv(await Deno.readTextFile(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
