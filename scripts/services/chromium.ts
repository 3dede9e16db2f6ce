/** Where Debian, Ubuntu and others install it, under one name or the other. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/**
 * Finds the browser in which pages are tested. Nothing is started: each test file starts its own.
 *
 * @throws {Error} if it is not installed.
 */
export async function findChromium(): Promise<string> {
  for (const place of PLACES) {
    if (await isFile(place)) return place;
  }
  throw new Error(`Cannot find ${PLACES.join(" or ")}`);
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile === true;
}
