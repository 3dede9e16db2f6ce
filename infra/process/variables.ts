import { developmentVariables } from "./development.ts";
import { readEnvFile, type Variables } from "./env_file.ts";

export interface VariablesReading {
  /** Those of the process. */
  readonly own: Variables;
  /** Whether development may make its secrets, as it does for a store that is not there yet. */
  readonly mayMakeStore?: boolean;
}

/** The variables of a process, those of an `.env` in its directory, and in development what is missing. */
export async function readVariables({ own, ...making }: VariablesReading): Promise<Variables> {
  // Not loadEnvFile: in Deno, unlike in Node, the file would win over the process.
  const variables = { ...await readEnvFile(), ...own };
  if (variables.KESE_ENV !== "development") return variables;
  return await developmentVariables(variables, making);
}
