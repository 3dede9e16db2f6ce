import type { Check } from "./check.ts";
import { expectAnswer, expectProblem } from "./client.ts";

/** Kese is up, and refuses whom and what it does not know. */
export const START: readonly Check[] = [
  {
    name: "the process answers",
    run: async ({ send }) =>
      expectAnswer(await send("GET /health/live", { bearer: null }), 200, { status: "ok" }),
  },
  {
    name: "the root says what this is",
    run: async ({ send }) =>
      expectAnswer(await send("GET /", { bearer: null }), 200, { name: "Kese" }),
  },
  {
    name: "its stores answer",
    run: async ({ send }) =>
      expectAnswer(await send("GET /health/ready", { bearer: null }), 200, { status: "ok" }),
  },
  {
    name: "nobody gets in without a key",
    run: async ({ send, userNo }) =>
      expectProblem(
        await send(`GET /bakiye?userNo=${userNo}`, { bearer: null }),
        401,
        "unauthenticated",
      ),
  },
  {
    name: "an unknown route is answered as such",
    run: async ({ send }) => expectProblem(await send("GET /no-such-route"), 404, "not_found"),
  },
  {
    name: "an unknown user is answered as such",
    run: async ({ send, userNo }) =>
      expectProblem(await send(`GET /bakiye?userNo=${userNo}`), 404, "user_not_found"),
  },
];
