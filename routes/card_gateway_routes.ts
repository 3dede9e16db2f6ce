import type { Context, Hono } from "hono";
import { textOf } from "../domain/erased.ts";
import type { GatewayMessage } from "../domain/ports/card_gateway.ts";
import type { TopUpState } from "../domain/workflows/top_up_state.ts";
import { problem, type Read } from "./contract/problems.ts";
import { readRawText } from "./http/body.ts";
import { observeRoute } from "./http/observed_route.ts";
import { render } from "./http/render.ts";
import { readFacts, type Serving } from "./http/serve.ts";
import {
  type Page,
  showBankPage,
  showFault,
  showTopUp,
  showUnknown,
} from "./pages/top_up_pages.ts";

/** Random, and so long that nobody finds one: whoever knows a top-up's id may see its bank's page. */
const TOP_UP_ID = /^top_[0-9A-Z]{20,40}$/;

/**
 * What banks, card gateways and users' browsers ask, without a session: the page for 3-D Secure, the
 * way back from it, and webhooks. None of them is believed: each is a reason to ask the gateway.
 */
export function mountRoutes(app: Hono, serving: Serving): void {
  const { admission, gateways, log, observer, opening, settings, settlement, texts } = serving;

  /** Runs what a browser or gateway asked for, within what the process takes at one time. */
  async function run(
    context: Context,
    { answer, fault }: {
      readonly answer: () => Promise<Response>;
      readonly fault: (status: number) => Response;
    },
  ): Promise<Response> {
    observeRoute(context, observer);
    if (!admission.enter()) return fault(503);
    try {
      await opening();
      return await answer();
    } catch (error) {
      const { requestId } = readFacts(context, serving);
      log.error("card_gateway_route_failed", { requestId, error });
      return fault(503);
    } finally {
      admission.leave();
    }
  }

  function toPage(context: Context, { status, html, policy }: Page): Response {
    return new Response(html, {
      status,
      headers: {
        ...baseHeaders(context),
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        // The address holds the top-up's id.
        "referrer-policy": "origin",
      },
    });
  }

  function baseHeaders(context: Context): Record<string, string> {
    const { requestId } = readFacts(context, serving);
    return { "x-request-id": requestId, "cache-control": "no-store" };
  }

  function redirect(context: Context, location: string): Response {
    return new Response(null, {
      status: 303,
      headers: { ...baseHeaders(context), location, "referrer-policy": "origin" },
    });
  }

  function page(context: Context, show: () => Promise<Response>): Promise<Response> {
    return run(context, {
      answer: show,
      fault: (status) => toPage(context, showFault(texts, status)),
    });
  }

  /** Back to the fleet's own page, or to one that says what became of the top-up. */
  function goBack(context: Context, state: TopUpState | undefined): Response {
    if (state === undefined) return toPage(context, showUnknown(texts));
    const { started: { id, returnUrl: keptUrl }, status } = state;
    const returnUrl = textOf(keptUrl);
    const isTaken = returnUrl !== undefined &&
      settings.returnOrigins.includes(new URL(returnUrl).origin);
    if (!isTaken) return toPage(context, showTopUp(texts, status));
    const url = new URL(returnUrl);
    url.searchParams.set("topUpId", id);
    url.searchParams.set("status", status);
    return redirect(context, url.href);
  }

  async function readMessage(
    context: Context,
    kind: GatewayMessage["kind"],
  ): Promise<Read<GatewayMessage>> {
    const { raw: request } = context.req;
    const { headers } = request;
    // Some gateways send the browser back with a query and no body.
    if (request.method === "GET") {
      const body = new URL(request.url).search.slice(1);
      return { ok: true, value: { kind, headers, body } };
    }
    const read = await admission.readBody(() => readRawText(request));
    return read.ok ? { ok: true, value: { kind, headers, body: read.value } } : read;
  }

  app.get("/update_balance/:topUpId/3ds", (context) =>
    page(context, async () => {
      const topUpId = context.req.param("topUpId");
      const shown = TOP_UP_ID.test(topUpId) ? await settlement.action(topUpId) : undefined;
      if (shown === undefined) return toPage(context, showUnknown(texts));
      const { state, action } = shown;
      const isOver = state.status !== "requires_action" ||
        serving.clock.now() >= state.action.expiresAt;
      if (isOver) return goBack(context, await settlement.find(shown.account, topUpId));
      if (action.kind === "redirect") return redirect(context, action.url);
      // A browser follows a form on to where it is sent from there, if the page may send it there, too.
      const targets = [settings.publicUrl, ...settings.returnOrigins];
      return toPage(context, showBankPage(action, targets));
    }));

  app.on(["GET", "POST"], "/update_balance/:topUpId/donus", (context) =>
    page(context, async () => {
      const topUpId = context.req.param("topUpId") ?? "";
      const message = await readMessage(context, "callback");
      if (!message.ok) return toProblem(context, message);
      if (!TOP_UP_ID.test(topUpId)) return toPage(context, showUnknown(texts));
      return goBack(context, await settlement.comeBack(topUpId, message.value));
    }));

  app.post("/webhook/:gateway/:filo", (context) =>
    run(context, {
      answer: async () => {
        const { gateway: name, filo } = context.req.param();
        const message = await readMessage(context, "webhook");
        if (!message.ok) return toProblem(context, message);
        const gateway = settings.fleets.has(filo) ? gateways.named(name, filo) : undefined;
        if (gateway === undefined) return toProblem(context, { problem: problem("not_found") });
        const isHeard = await settlement.hear(gateway, filo, message.value);
        if (!isHeard) return toProblem(context, { problem: problem("unauthenticated") });
        return new Response(null, { status: 204, headers: baseHeaders(context) });
      },
      fault: () => toProblem(context, { problem: problem("busy") }),
    }));

  function toProblem(
    context: Context,
    { problem: refusal }: { readonly problem: ReturnType<typeof problem> },
  ): Response {
    return render(refusal, { facts: readFacts(context, serving), texts }).response;
  }
}
