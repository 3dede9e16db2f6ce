import { KEYED_ROUTES } from "./keyed_routes.js";
/** Prepares each request: who asks, a key for each write, and nothing in a URL that need not be there. */
export function createMiddleware({ headers }) {
    return {
        onRequest({ request, schemaPath }) {
            const sent = withoutQuery(request) ?? request;
            for (const [name, value] of Object.entries(headers)) {
                if (!sent.headers.has(name))
                    sent.headers.set(name, value);
            }
            const isKeyed = KEYED_ROUTES.includes(`${sent.method} ${schemaPath}`);
            if (isKeyed && !sent.headers.has("Idempotency-Key")) {
                sent.headers.set("Idempotency-Key", createIdempotencyKey());
            }
            return sent;
        },
    };
}
/** Makes a key that no other request has. */
export function createIdempotencyKey() {
    // Not randomUUID, which browsers have on secure origins alone.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
/** A DELETE with its parameters in a JSON body, because logs and traces on the way keep URLs. */
function withoutQuery(request) {
    const url = new URL(request.url);
    if (request.method !== "DELETE" || url.search === "")
        return undefined;
    const body = JSON.stringify(Object.fromEntries(url.searchParams));
    const headers = new Headers(request.headers);
    headers.set("Content-Type", "application/json");
    url.search = "";
    return new Request(url, {
        method: "DELETE",
        headers,
        body,
        signal: request.signal,
    });
}
