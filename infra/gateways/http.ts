import type { z } from "zod";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../../domain/limits.ts";

/** More than any answer has, a bank's page included. */
const REPLY_MAX_BYTES = 1024 * 1024;

export interface GatewayRequest {
  /** For error messages, which name these two and never the address, because it may hold references. */
  readonly gateway: string;
  readonly call: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** When it is given up; otherwise after the time that one call may take. */
  readonly signal?: AbortSignal;
}

export interface GatewayReply {
  readonly status: number;
  readonly text: string;
}

/** Nobody knows what the gateway did: the one error of an adapter that is no bug. */
export function unclear(gateway: string, call: string, why: string): Error {
  return new Error(`Cannot tell what ${gateway} did at ${call}: ${why}`);
}

/**
 * Sends a request and reads its whole answer, whatever its status. Follows no redirect, because what is
 * sent is for this address alone.
 *
 * @throws if no whole answer comes in time. What was sent may have been carried out nevertheless.
 */
export async function askGateway(
  send: typeof fetch,
  { gateway, call, method, url, headers, body, signal }: GatewayRequest,
): Promise<GatewayReply> {
  try {
    const response = await send(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: signal ?? AbortSignal.timeout(GATEWAY_TIMEOUT_MILLISECONDS),
    });
    return { status: response.status, text: await readBounded(response) };
  } catch (error) {
    // Without its cause, because fetch writes the address into it.
    const why = error instanceof Error ? error.name : "no answer";
    throw unclear(gateway, call, why);
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > REPLY_MAX_BYTES) throw new RangeError("the answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads a JSON text of that shape; undefined for any other text. */
export function readJson<Shape extends z.ZodType>(
  shape: Shape,
  text: string,
): z.output<Shape> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return shape.safeParse(value).data;
}
