import { completeForDevelopment } from "../infra/process/development.ts";
import { openKese, readEnvironmentOrExit } from "../main.ts";
import { createEndpoints } from "../routes/endpoints.ts";
import type { Endpoint } from "../routes/http/endpoint.ts";

/** Reads every endpoint of a Kese that is opened in memory for it. */
export async function readEndpoints(): Promise<readonly Endpoint[]> {
  const variables = { KESE_ENV: "development", SQLITE_PATH: ":memory:" };
  await using kese = await openKese(readEnvironmentOrExit(await completeForDevelopment(variables)));
  return createEndpoints(kese.dependencies);
}
