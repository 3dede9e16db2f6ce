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

/**
 * Streams an object whose last member is a list, page by page. A page is read once the client has taken
 * the one before, and no further page after the client has gone.
 */
export function streamObject(
  head: object,
  name: string,
  pages: AsyncIterable<readonly unknown[]>,
): ReadableStream<Uint8Array> {
  const texts = write(head, name, pages);
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void await texts.return(undefined),
  }, { highWaterMark: 0 });
}
