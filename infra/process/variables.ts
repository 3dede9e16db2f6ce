import { completeForDevelopment } from "./development.ts";
import { readEnvFile, type Variables } from "./env_file.ts";

interface VariablesReading {
  /** The process's own variables. */
  readonly own: Variables;
  /** Whether development may generate its secrets, as it does for a new store. */
  readonly mayMakeStore?: boolean;
}

/** Reads the variables of the process and of an `.env` in its directory; in development, adds what is missing. */
export async function readVariables({ own, ...making }: VariablesReading): Promise<Variables> {
  // Not loadEnvFile: in Deno, unlike in Node, the file would override the process.
  const variables = { ...await readEnvFile(), ...own };
  if (variables.KESE_ENV !== "development") return variables;
  return await completeForDevelopment(variables, making);
}
