import type { OpenPage } from "./browser.ts";
import { openTestKese, type TestKese, type TestOptions } from "./kese.ts";
import { assertEquals } from "@std/assert";

/** Kese as a browser reaches it. */
export interface ListeningKese extends AsyncDisposable {
  readonly kese: TestKese;
  readonly url: string;
}

/** Opens a Kese that listens on a free port of this machine. */
export async function openListeningKese(options: TestOptions = {}): Promise<ListeningKese> {
  const kese = await openTestKese(options);
  const server = listen((request) => kese.app.fetch(request));
  return {
    kese,
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await kese.close();
    },
  };
}

/** A server of somebody else's on this machine: another origin. */
export function listen(
  handler: (request: Request) => Response | Promise<Response>,
): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Whatever a journey did, the browser was asked for nothing foreign and met nothing forbidden. */
export function assertClean({ foreign, policyReports, errors }: OpenPage): void {
  assertEquals({ foreign, policyReports, errors }, { foreign: [], policyReports: [], errors: [] });
}
