import type { Language } from "../../domain/idempotency.ts";

/** Chooses the language that a client prefers of the two that there are (RFC 9110, section 12.5.4). */
export function chooseLanguage(acceptLanguage: string | null): Language {
  if (acceptLanguage === null) return "tr";
  const weights: { tr?: number; en?: number; "*"?: number } = {};
  for (const range of acceptLanguage.split(",")) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const primary = tag.split("-")[0];
    if (primary !== "tr" && primary !== "en" && primary !== "*") continue;
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    weights[primary] = Math.max(weights[primary] ?? 0, Number.isFinite(weight) ? weight : 0);
  }
  // `*` stands for the languages that the header does not name.
  const { "*": others = 0, en = others, tr = others } = weights;
  return en > tr ? "en" : "tr";
}
