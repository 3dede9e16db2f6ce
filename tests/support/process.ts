import { ENVIRONMENT } from "../../infra/process/environment.ts";

const ROOT = new URL("../../", import.meta.url);

/** The flags of the tasks `dev` and `start`. */
const FLAGS = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-env"];

/** A program that runs, and what it has written; it ends with the block that declares it `await using`. */
export interface Running extends AsyncDisposable {
  /** Where it listens. Rejects when it ends before it does. */
  readonly url: Promise<string>;
  readonly output: () => string;
  kill(signal: Deno.Signal): void;
  /** Its exit code, once it has ended and all that it wrote is read. */
  readonly ended: Promise<number>;
}

export interface StartOptions {
  /** A program that becomes the one that its arguments name, as `env` does. */
  readonly launcher?: string;
  /** A task instead of main.ts, with its arguments. */
  readonly program?: readonly string[];
  /** Its permissions, instead of all that Kese may need. */
  readonly flags?: readonly string[];
  /** A module that is loaded before it. */
  readonly preload?: string;
}

/** Starts main.ts with these variables and no others of Kese's, not even those of an .env file. */
export function startMain(
  variables: Readonly<Record<string, string>>,
  { launcher, program = ["main.ts"], flags = FLAGS, preload }: StartOptions = {},
): Running {
  const names = [...Object.keys(ENVIRONMENT.shape), "DENO_DEPLOYMENT_ID"];
  const deno = Deno.execPath();
  const child = new Deno.Command(launcher ?? deno, {
    args: [
      ...(launcher === undefined ? [] : [deno]),
      ...["run", ...flags, ...(preload === undefined ? [] : ["--preload", preload]), ...program],
    ],
    cwd: ROOT,
    // An empty variable counts as unset, and no .env replaces it.
    env: {
      ...Object.fromEntries(names.map((name) => [name, ""])),
      OTEL_DENO: "false", // Deno reads it too, and warns of an empty one
      NO_COLOR: "1",
      ...variables,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const listening = Promise.withResolvers<string>();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      const [, url] = /"event":"started".*"url":"([^"]+)"/.exec(output) ?? [];
      if (url !== undefined) listening.resolve(url);
    }
  };
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .then(([{ code }]) => {
      listening.reject(new Error(`Cannot start Kese: it ended with ${code}\n${output}`));
      return code;
    });
  // Whoever waits for the url sees the rejection; a test of a program that must end waits for `ended`.
  listening.promise.catch(() => {});
  const running = {
    url: listening.promise,
    output: () => output,
    kill: (signal: Deno.Signal) => child.kill(signal),
    ended,
  };
  return { ...running, [Symbol.asyncDispose]: () => endNow(running) };
}

/** Kills a program, as `kill -9` does, and waits until it has ended. */
export async function endNow({ kill, ended }: Pick<Running, "kill" | "ended">): Promise<void> {
  try {
    kill("SIGKILL");
  } catch {
    // It has ended already.
  }
  await ended;
}
