/** The text of an object whose last member is a list that may be too long for memory. */
async function* write(
  head: object,
  name: string,
  pages: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`;
  let comma = "";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield comma + JSON.stringify(page).slice(1, -1);
    comma = ",";
  }
  yield "]}";
}

/** Streams an object whose last member is a list, page by page, as {@linkcode streamTexts} does. */
export function streamObject(
  head: object,
  name: string,
  pages: AsyncIterable<readonly unknown[]>,
): ReadableStream<Uint8Array> {
  return streamTexts(write(head, name, pages));
}

interface Streaming {
  /** How long a client may take nothing. */
  readonly stallMilliseconds?: number;
  /** Called once, however it ends. */
  readonly end?: () => void;
}

/**
 * Streams texts. One is made once the client has taken the one before, and none after the client has
 * gone or has taken nothing for too long: then what makes them is ended.
 */
export function streamTexts(
  texts: AsyncGenerator<string>,
  { stallMilliseconds = Infinity, end = () => {} }: Streaming = {},
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stalled: ReturnType<typeof setTimeout> | undefined;
  const finish = async () => {
    clearTimeout(stalled);
    await texts.return(undefined).finally(end);
  };

  function watch(controller: ReadableStreamDefaultController): void {
    if (stallMilliseconds === Infinity) return;
    stalled = setTimeout(() => {
      controller.error(new Error("Cannot go on: the client takes nothing"));
      void finish();
    }, stallMilliseconds);
  }

  return new ReadableStream({
    pull: async (controller) => {
      clearTimeout(stalled);
      try {
        const { done, value } = await texts.next();
        if (!done) {
          controller.enqueue(encoder.encode(value));
          return watch(controller);
        }
      } catch (error) {
        end();
        throw error;
      }
      end();
      controller.close();
    },
    cancel: finish,
  }, { highWaterMark: 0 });
}
