/**
 * The typed client of Kese. It runs on Deno, on Node from version 20, and in browsers.
 *
 * @module
 */
import createClient from "openapi-fetch";
import { createRetryingFetch } from "./retries.js";
import { createMiddleware } from "./sending.js";
export { KeseError, orThrow } from "./problem.js";
export { createIdempotencyKey } from "./sending.js";
export function createKese(options) {
    const { url: baseUrl, language } = options;
    const kese = createClient({
        baseUrl,
        fetch: createRetryingFetch(options),
    });
    kese.use(createMiddleware({
        headers: {
            ...credentialsOf(options),
            ...(language && { "Accept-Language": language }),
        },
    }));
    return kese;
}
function credentialsOf(options) {
    if ("session" in options) {
        return { Authorization: `Bearer ${options.session}` };
    }
    if (!("filo" in options))
        return {};
    return { Filo: options.filo, Authorization: `Bearer ${options.key}` };
}
