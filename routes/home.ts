import { z } from "zod";
import type { Language } from "../domain/idempotency.ts";
import { homeAnswer } from "./contract/home_answer.ts";
import { VERSION } from "./contract/version.ts";
import type { Dependencies, Settings } from "./http/dependencies.ts";
import { definePublicEndpoint, type Endpoint } from "./http/endpoint.ts";

export type Home = Omit<z.output<typeof homeAnswer>, "message">;

/** What a program sees at the root; a browser sees the same as a page (page_routes.ts). */
export function createHomeRoutes({ settings }: Dependencies): readonly Endpoint[] {
  return [
    definePublicEndpoint(
      {
        method: "get",
        path: "/",
        operation: "home",
        tag: "documentation",
        summary: "Says what this is and how to begin; a browser gets it as a page",
        parameters: z.object({}),
        answers: { 200: homeAnswer },
        problems: [],
        audited: false,
      },
      ({ language }) => {
        const body = describeHome(settings, language);
        return Promise.resolve({ status: 200, message: "home_found", body } as const);
      },
    ),
  ];
}

/** Kese in a few words: its version, where to read on, and a first payment to paste into a terminal. */
export function describeHome(settings: Settings, language: Language): Home {
  const { publicUrl } = settings;
  return {
    name: "Kese",
    version: VERSION,
    links: {
      reference: `${publicUrl}/docs`,
      desk: `${publicUrl}/masa`,
      openapi: `${publicUrl}/openapi.json`,
      health: `${publicUrl}/health/ready`,
    },
    firstPayment: listFirstSteps(settings, language),
  };
}

const STEPS = [
  {
    tr: "Kart sakla",
    en: "Save a card",
    path: "/kart-saklama",
    body: { userNo: "123456", cardNo: "4242 4242 4242 4242" },
  },
  {
    tr: "Karttan bakiye yükle",
    en: "Top up from it",
    path: "/update_balance",
    body: { userNo: "123456", balance: "100.00" },
  },
  {
    tr: "Bakiyeden öde",
    en: "Pay from the balance",
    path: "/kart-saklamali-odeme",
    body: { userNo: "123456", amount: "10.50" },
  },
] as const;

function listFirstSteps(
  { publicUrl, tryOut }: Settings,
  language: Language,
): Home["firstPayment"] {
  const unknown = language === "en" ? "<key>" : "<anahtar>";
  const { filo, key } = tryOut ?? { filo: "<filo>", key: unknown };
  return STEPS.map(({ path, body, [language]: step }) => ({
    step,
    command: [
      `curl ${publicUrl}${path}`,
      `-H 'Filo: ${filo}' -H 'Authorization: Bearer ${key}'`,
      "-H 'Content-Type: application/json'",
      `-d '${JSON.stringify(body)}'`,
    ].join(" \\\n  "),
  }));
}
