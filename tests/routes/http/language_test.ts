import { assertEquals } from "@std/assert";
import { chooseLanguage } from "../../../routes/http/language.ts";

const LANGUAGES = [
  [null, "tr"],
  ["", "tr"],
  ["tr", "tr"],
  ["en", "en"],
  ["EN", "en"],
  ["en-US", "en"],
  ["en-GB,en;q=0.9", "en"],
  ["tr-TR,tr;q=0.9,en;q=0.8", "tr"],
  ["en;q=0.8,tr;q=0.9", "tr"],
  ["en;q=0.9, tr;q=0.8", "en"],
  ["tr;q=0.1 , en ; q=0.2", "en"],
  ["en, tr", "tr"],
  ["*", "tr"],
  ["de", "tr"],
  ["de, en;q=0.5", "en"],
  ["de, fr;q=0.5, *;q=0.1", "tr"],
  ["en, *;q=0.5", "en"],
  ["en;q=0.5, *", "tr"],
  ["tr;q=0.5, *", "en"],
  ["tr;q=0, *", "en"],
  ["tr;q=0, en;q=0.1", "en"],
  ["en;q=0", "tr"],
  ["en;q=0, *", "tr"],
  ["en;q=x", "tr"],
  ["english", "tr"],
  ["eng", "tr"],
  [";;;,,,=", "tr"],
] as const;

for (const [header, language] of LANGUAGES) {
  Deno.test(`chooseLanguage() gives ${language} to Accept-Language: ${header}`, () => {
    assertEquals(chooseLanguage(header), language);
  });
}

Deno.test("chooseLanguage() reads a header of any length and form", () => {
  assertEquals(chooseLanguage("en;q=0.5,".repeat(5_000)), "en");
  assertEquals(chooseLanguage(";q=1".repeat(5_000)), "tr");
});
