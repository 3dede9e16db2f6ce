/** Reads page after page, each after the last item of the one before, until there are no more. */
export async function* readPages<Item>(
  read: (after?: Item) => Promise<readonly Item[]>,
): AsyncGenerator<readonly Item[]> {
  let page = await read();
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield page;
    page = await read(last);
  }
}

/**
 * Settles what is open, a page at one time, and counts how each stands afterwards. Each page comes after
 * the last one, and not from the start, because some may stay open.
 */
export async function countSettled<Item, Status extends string>(
  pages: AsyncIterable<readonly Item[]>,
  settle: (item: Item) => Promise<Status | undefined>,
  none: Readonly<Record<Status, number>>,
): Promise<Readonly<Record<Status, number>>> {
  const counts: Record<Status, number> = { ...none };
  for await (const page of pages) {
    for (const status of await Promise.all(page.map(settle))) {
      if (status) counts[status]++;
    }
  }
  return counts;
}
