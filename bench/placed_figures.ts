import { toFileUrl } from "../scripts/placed_table.ts";

/** Where sentences with measured figures stand, and how a number is written there. */
const PLACES = [
  { file: "README.md", language: "en" },
  { file: "README.tr.md", language: "tr" },
];

/** Writes each figure between `<!-- figure: name -->` and `<!-- /figure -->`. */
export async function writeFigures(figures: ReadonlyMap<string, number>): Promise<void> {
  for (const { file, language } of PLACES) {
    const options = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    const before = await Deno.readTextFile(toFileUrl(file));
    const after = before.replaceAll(
      /(<!-- figure: (\w+) -->).*?(<!-- \/figure -->)/gs,
      (place, opening: string, name: string, closing: string) => {
        const figure = figures.get(name)?.toLocaleString(language, options);
        return figure === undefined ? place : opening + figure + closing;
      },
    );
    await Deno.writeTextFile(toFileUrl(file), after);
  }
}
