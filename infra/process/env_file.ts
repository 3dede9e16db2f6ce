import { parseEnv } from "node:util";

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the `.env` in the process's working directory, if there is one. */
export async function readEnvFile(): Promise<Variables> {
  try {
    return parseEnv(await Deno.readTextFile(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
