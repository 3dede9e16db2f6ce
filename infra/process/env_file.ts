import { parseEnv } from "node:util";

/** Environment variables by name, as a process or a file has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What an `.env` sets in the directory of the process; there need not be one. */
export async function readEnvFile(): Promise<Variables> {
  try {
    return parseEnv(await Deno.readTextFile(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
