/**
 * Where the tests find their services. `deno task test` sets these variables; set by hand, they name
 * other services (a real MongoDB, a real Upstash), which are then used instead.
 *
 * @module
 */

export const MONGODB_URI = "TEST_MONGODB_URI";
export const UPSTASH_REDIS_REST_URL = "TEST_UPSTASH_REDIS_REST_URL";
export const UPSTASH_REDIS_REST_TOKEN = "TEST_UPSTASH_REDIS_REST_TOKEN";
/** The library of failing_disk.c. */
export const FAILING_DISK = "TEST_FAILING_DISK";

/** The program of the browser in which pages are tested. */
export const CHROMIUM = "TEST_CHROMIUM";

/** Stripe's own mock, or {@linkcode LEFT_OUT}. */
export const STRIPE_MOCK_URL = "TEST_STRIPE_MOCK_URL";

/** In place of a service: its tests are skipped, even where services are required. */
export const LEFT_OUT = "none";

/** If it is set to 1, a test whose service is missing fails instead of being skipped. */
export const REQUIRE_SERVICES = "REQUIRE_SERVICES";

export function areServicesRequired(): boolean {
  return readVariable(REQUIRE_SERVICES) === "1";
}

/** Reads a variable. An empty one counts as unset. */
export function readVariable(variable: string): string | undefined {
  return Deno.env.get(variable) || undefined;
}
