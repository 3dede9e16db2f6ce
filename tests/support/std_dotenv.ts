/**
 * Stands in for @std/dotenv where JSR does not answer (see scripts/import_map.ts): `parse` only,
 * `node:util` underneath.
 *
 * @module
 */

import { parseEnv } from "node:util";

/**
 * The variables that the text of a .env file sets.
 *
 * @throws {Error} if a value names another variable (`$NAME`): the real package would put its value
 * in place, this one cannot, and says so rather than disagree in silence.
 */
export function parse(text: string): Record<string, string> {
  const variables = { ...parseEnv(text) } as Record<string, string>;
  for (const [name, value] of Object.entries(variables)) {
    if (value.includes("$")) {
      throw new Error(`Cannot parse ${name}: "$" in a value needs the real @std/dotenv`);
    }
  }
  return variables;
}
