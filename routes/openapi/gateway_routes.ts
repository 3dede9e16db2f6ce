import { z } from "zod";
import { topUpId } from "../contract/fields.ts";
import { referToComponent, referToHeaders, type Route } from "./components.ts";
import { toProblemResponses } from "./problems.ts";

/**
 * What banks, card gateways and users' browsers ask: not among the endpoints, because these go by other
 * rules (no credentials, parameters of the gateway's own, pages for people).
 */

/** The schema `Page`. */
export const PAGE = { type: "string", description: "A page for the user's browser." } as const;

const FORM = z.looseObject({}).meta({
  id: "BankForm",
  description: "Whatever the bank or the card gateway sends. None of it is believed.",
});

const EVENT = z.looseObject({}).meta({
  id: "GatewayEvent",
  description: "Whatever the card gateway sends. It is a reason to ask the gateway, and no more.",
});

const OWN_HEADERS = referToHeaders(["X-Request-Id", "Cache-Control"]);
const REDIRECT_HEADERS = {
  ...OWN_HEADERS,
  Location: {
    description: "Where the browser goes on.",
    required: true,
    schema: { type: "string" as const },
  },
};

function page(description: string) {
  const schema = referToComponent("schemas", "Page");
  return { description, headers: OWN_HEADERS, content: { "text/html": { schema } } };
}

const COMMON = {
  tags: ["top-ups"],
  security: [],
  parameters: [referToComponent("parameters", "X-Request-Id")],
};
const NOT_READ = ["malformed_request", "payload_too_large"] as const;
const NO_PROBLEMS = { mayReplay: false };
const BANK_PAGE = "/update_balance/{topUpId}/3ds";
const WAY_BACK = "/update_balance/{topUpId}/donus";
const OF_TOP_UP = { params: z.object({ topUpId }) };

/** The pages that several routes show. */
export const PAGE_RESPONSES = {
  no_top_up_page: page("There is no such top-up, or its time is over."),
  no_answer_page: page("There is no answer at the moment."),
};
const PAGES = {
  404: referToComponent("responses", "no_top_up_page"),
  503: referToComponent("responses", "no_answer_page"),
};
const BACK = {
  200: page("What became of the top-up, if it was started without a `returnUrl`."),
  303: {
    description: "To the `returnUrl`, with `topUpId` and `status`.",
    headers: REDIRECT_HEADERS,
  },
  ...PAGES,
};

export const GATEWAY_ROUTES: readonly Route[] = [
  {
    ...COMMON,
    method: "get",
    path: BANK_PAGE,
    operationId: "show_bank_page",
    summary: "Shows a user the page on which their bank wants to see them (3-D Secure)",
    description:
      "For the user's browser: no credentials, the top-up's id is the secret. The address is `action.url` " +
      "of a top-up with the status `requires_action`.",
    request: OF_TOP_UP,
    responses: {
      200: page("The bank's page; or, when it is over, what became of the top-up."),
      303: {
        description: "To the bank's own page; or, when it is over, to the `returnUrl`.",
        headers: REDIRECT_HEADERS,
      },
      ...PAGES,
    },
  },
  ...(["get", "post"] as const).map((method): Route => ({
    ...COMMON,
    method,
    path: WAY_BACK,
    operationId: method === "post" ? "return_from_bank" : "return_from_bank_by_link",
    summary: "Brings the user's browser back from the bank, and ends the top-up",
    description:
      "For the user's browser: no credentials and no cookies. What the bank sends along is the gateway's " +
      "own; credit rests on what the gateway says when Kese asks it. May be repeated.",
    request: {
      ...OF_TOP_UP,
      ...(method === "post" && {
        body: {
          required: false,
          content: { "application/x-www-form-urlencoded": { schema: FORM } },
        },
      }),
    },
    responses: {
      ...BACK,
      ...(method === "post" && toProblemResponses(NOT_READ, NO_PROBLEMS)),
    },
  })),
  {
    ...COMMON,
    method: "post",
    path: "/webhook/{gateway}/{filo}",
    operationId: "hear_gateway",
    summary: "Hears from a fleet's card gateway that a charge has ended, and asks how",
    description: "For the card gateway, which signs what it sends; set the address in its panel.",
    request: {
      params: z.object({
        gateway: z.string().regex(/^[a-z]+$/).meta({ example: "iyzico" }),
        filo: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).meta({ example: "hergele" }),
      }),
      body: { required: true, content: { "application/json": { schema: EVENT } } },
    },
    responses: {
      204: { description: "It is heard.", headers: OWN_HEADERS },
      ...toProblemResponses(
        ["unauthenticated", "not_found", ...NOT_READ, "busy"],
        NO_PROBLEMS,
      ),
    },
  },
];
