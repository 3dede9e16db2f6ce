import { assertEquals, assertRejects } from "@std/assert";
import type { Collection } from "mongodb";
import type { JournalEntry } from "../../../domain/journal.ts";
import type { UserDocument } from "../../../infra/mongo/account_documents.ts";
import {
  createSwaps,
  type Swap,
  SWAP_COMMANDS_AT_ONCE,
  SWAPS_PER_COMMAND,
} from "../../../infra/mongo/swaps.ts";

/** Users with heads alone, and what the server was sent; each command waits until it is let go. */
function createServer(heads: Record<string, string>) {
  const commands: { readonly accounts: string[]; readonly answer: () => void }[] = [];
  const entries = new Set<string>();
  let failure: Error | undefined;
  type Filter = { _id: string; head: string };
  type Operation = { updateOne: { filter: Filter; update: string } };
  const users = {
    updateOne: (filter: Filter, update: string) =>
      users.bulkWrite([{ updateOne: { filter, update } }]),
    bulkWrite: (operations: readonly Operation[]) => {
      const gate = Promise.withResolvers<{ matchedCount: number }>();
      const accounts = operations.map(({ updateOne: { filter: { _id } } }) => _id);
      const answer = () => {
        let matchedCount = 0;
        for (const { updateOne: { filter: { _id, head }, update } } of operations) {
          if (heads[_id] !== head) continue;
          heads[_id] = update;
          entries.add(update);
          matchedCount++;
        }
        if (failure) gate.reject(failure);
        else gate.resolve({ matchedCount });
      };
      commands.push({ accounts, answer });
      return gate.promise;
    },
    find: ({ _id: { $in } }: { _id: { $in: string[] } }) => ({
      toArray: () =>
        Promise.resolve($in.flatMap((_id) => {
          const head = heads[_id];
          return head === undefined ? [] : [{ _id, head }];
        })),
    }),
  };
  const journal = {
    find: (_id: unknown, entryId: string) => {
      return Promise.resolve(entries.has(entryId) ? {} as JournalEntry : undefined);
    },
  };
  return {
    swap: createSwaps({ users: users as unknown as Collection<UserDocument>, journal }),
    heads,
    commands,
    entries,
    fail: (error: Error) => failure = error,
  };
}

function swapOf(account: string, expectedHead: string, nextHead: string): Swap {
  // The pretended server takes the update for the next head.
  const update = nextHead as unknown as Swap["update"];
  return { account, expectedHead, nextHead, condition: {}, update };
}

/** Lets promises that are settled be heard of. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function manyAccounts(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, place) => [`filo/${place}`, "a"]));
}

Deno.test("createSwaps() sends a swap alone and at once when there is no other", async () => {
  const { swap, commands, heads } = createServer({ "filo/1": "a" });
  const swapped = swap(swapOf("filo/1", "a", "b"));
  assertEquals(commands.map(({ accounts }) => accounts), [["filo/1"]]);
  commands[0]?.answer();
  assertEquals([await swapped, heads["filo/1"]], [true, "b"]);
});

Deno.test("createSwaps() sends together what comes while commands are on their way, so many at most", async () => {
  const count = SWAP_COMMANDS_AT_ONCE + SWAPS_PER_COMMAND + 1;
  const { swap, commands } = createServer(manyAccounts(count));
  const swapped = Object.keys(manyAccounts(count)).map((account) =>
    swap(swapOf(account, "a", "b"))
  );
  const sizes = () => commands.map(({ accounts }) => accounts.length);
  const alone = new Array(SWAP_COMMANDS_AT_ONCE).fill(1);
  assertEquals(sizes(), alone);
  commands[0]?.answer();
  await settled();
  assertEquals(sizes(), [...alone, SWAPS_PER_COMMAND]);
  commands[1]?.answer();
  await settled();
  assertEquals(sizes(), [...alone, SWAPS_PER_COMMAND, 1]);
  for (const { answer } of commands.slice(2)) answer();
  assertEquals(await Promise.all(swapped), new Array(count).fill(true));
});

/** Swaps of one command, made to share it by commands that are on their way. */
async function shareCommand(
  server: ReturnType<typeof createServer>,
  swaps: readonly Swap[],
): Promise<PromiseSettledResult<boolean>[]> {
  const before = Array.from({ length: SWAP_COMMANDS_AT_ONCE }, (_, place) => {
    return server.swap(swapOf(`nobody/${place}`, "a", "b"));
  });
  const swapped = Promise.allSettled(swaps.map((swap) => server.swap(swap)));
  server.commands[0]?.answer();
  await before[0];
  await settled();
  const shared = server.commands.at(-1);
  assertEquals(shared?.accounts, swaps.map(({ account }) => account));
  shared?.answer();
  const results = await swapped;
  for (const { answer } of server.commands) answer();
  await Promise.allSettled(before);
  return results;
}

Deno.test("createSwaps() tells apart which swaps of a command happened", async () => {
  const server = createServer({
    "filo/1": "a",
    "filo/2": "other",
    "filo/3": "full",
    "filo/5": "a",
  });
  const results = await shareCommand(server, [
    swapOf("filo/1", "a", "b1"),
    swapOf("filo/2", "a", "b2"), // another writer was there first
    swapOf("filo/3", "a", "b3"),
    swapOf("filo/4", "a", "b4"), // there is no such account
    swapOf("filo/5", "a", "b5"),
  ]);
  const happened = results.map((result) => result.status === "fulfilled" && result.value);
  assertEquals(happened, [true, false, false, false, true]);
});

Deno.test("createSwaps() knows a swap that another writer has gone on from by its entry", async () => {
  const server = createServer({ "filo/1": "a", "filo/2": "x" });
  const swaps = [swapOf("filo/1", "a", "b1"), swapOf("filo/2", "a", "b2")];
  const results = shareCommand(server, swaps);
  await settled();
  // Between the command and the look at the heads another instance saves on top.
  Object.defineProperty(server.heads, "filo/1", {
    get: () => server.entries.has("b1") ? "c" : "a",
    set: () => {},
  });
  const happened = (await results).map((result) => result.status === "fulfilled" && result.value);
  assertEquals(happened, [true, false]);
});

Deno.test("createSwaps() says of no swap of a failed command that it did not happen", async () => {
  const server = createServer({ "filo/1": "a", "filo/2": "a" });
  server.fail(new Error("the connection is lost"));
  const first = server.swap(swapOf("filo/1", "a", "b"));
  server.commands[0]?.answer();
  await assertRejects(() => first, Error, "lost");
  assertEquals(server.heads["filo/1"], "b");
});
