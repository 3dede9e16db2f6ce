import { assertEquals, assertRejects } from "@std/assert";
import { streamTexts } from "../../../routes/http/streamed.ts";

/** Texts that say how many were made and whether their maker was ended. */
function countedTexts(count: number) {
  const seen = { made: 0, closed: 0, ended: 0 };
  async function* make(): AsyncGenerator<string> {
    try {
      for (let place = 0; place < count; place++) {
        seen.made++;
        yield await Promise.resolve(`text ${place};`);
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, texts: make(), end: () => void seen.ended++ };
}

Deno.test("streamTexts() gives all texts, and says once that it has ended", async () => {
  const { seen, texts, end } = countedTexts(3);
  const text = await new Response(streamTexts(texts, { end })).text();
  assertEquals(text, "text 0;text 1;text 2;");
  assertEquals(seen, { made: 3, closed: 1, ended: 1 });
});

Deno.test("streamTexts() makes a text only when it is taken, and none for a client that has gone", async () => {
  const { seen, texts, end } = countedTexts(100);
  const reader = streamTexts(texts, { end }).getReader();
  assertEquals(seen.made, 0);
  await reader.read();
  await reader.read();
  assertEquals(seen.made, 2);
  await reader.cancel();
  assertEquals(seen, { made: 2, closed: 1, ended: 1 });
});

Deno.test("streamTexts() ends also when no text was ever taken", async () => {
  const { seen, texts, end } = countedTexts(100);
  await streamTexts(texts, { end }).cancel();
  assertEquals([seen.made, seen.ended], [0, 1]);
});

Deno.test("streamTexts() gives up on a client that takes nothing", async () => {
  const { seen, texts, end } = countedTexts(100);
  const reader = streamTexts(texts, { end, stallMilliseconds: 1 }).getReader();
  await reader.read();
  const stalled = Promise.withResolvers<void>();
  reader.closed.catch(() => stalled.resolve());
  await stalled.promise;
  await assertRejects(() => reader.read(), Error, "takes nothing");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(seen, { made: 1, closed: 1, ended: 1 });
});

Deno.test("streamTexts() breaks off with what goes wrong, and has ended", async () => {
  const seen = { ended: 0 };
  // deno-lint-ignore require-yield -- it fails before
  async function* fail(): AsyncGenerator<string> {
    await Promise.resolve();
    throw new Error("no entry");
  }
  const stream = streamTexts(fail(), { end: () => void seen.ended++ });
  await assertRejects(() => new Response(stream).text(), Error, "no entry");
  assertEquals(seen.ended, 1);
});
