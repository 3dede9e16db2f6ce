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
