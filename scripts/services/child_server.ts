/** A server to start, and how to know that it listens. */
interface ChildServer {
  readonly command: string;
  readonly args: readonly string[];
  /** Matches what it prints once it listens. */
  readonly ready: RegExp;
  /** Ends the server, and the wait for it. */
  readonly signal: AbortSignal;
}

/** A running server. */
export interface RunningServer {
  /** The match of `ready`. */
  readonly match: RegExpExecArray;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** Longer than any server needs, even on a busy machine. */
const START_TIMEOUT_MS = 30_000;

/**
 * Starts a server and waits until it listens.
 *
 * Its input stays open as long as this process lives, so that it can end with this process.
 *
 * @throws {Error} if the command is not installed, ends before it listens, or does not listen in time.
 */
export async function startChildServer(server: ChildServer): Promise<RunningServer> {
  const { command, args, ready } = server;
  const late = new AbortController();
  const signal = AbortSignal.any([server.signal, late.signal]);
  const child = spawn(command, { args: [...args], signal, stdin: "piped" });
  const listening = Promise.withResolvers<RegExpExecArray>();
  let output = "";

  async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output = (output + text).slice(-4_000);
      const match = ready.exec(output);
      if (match !== null) listening.resolve(match);
    }
  }

  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .then(async ([{ code }]) => {
      await child.stdin.close().catch(() => {}); // it may be broken already
      listening.reject(new Error(`${command} ended with ${code}\n${output}`));
    });
  const timer = setTimeout(() => late.abort(), START_TIMEOUT_MS);
  try {
    return { match: await listening.promise, ended };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a command to its end. */
export async function runCommand(
  command: string,
  options: Pick<Deno.CommandOptions, "args" | "env" | "signal">,
): Promise<void> {
  const child = spawn(command, { ...options, stdin: "null" });
  const { success, code, stdout, stderr } = await child.output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `${command} ended with ${code}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`,
  );
}

function spawn(command: string, options: Deno.CommandOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(command, { ...options, stdout: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${command} is not installed`);
    throw error;
  }
}
