/**
 * Stands in for @std/assert where JSR does not answer (see scripts/import_map.ts): the same names
 * and signatures, `node:assert` underneath.
 *
 * Where the two disagree on equality this one is the stricter: to it `0` is not `-0`, and an object
 * without prototype (a row of node:sqlite) is not a plain one. Spread such a row: `{ ...row }`. Two
 * errors are the exception: it compares their class and message, not their stack.
 *
 * @module
 */

import nodeAssert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

// deno-lint-ignore no-explicit-any -- the constructor of any class, as @std/assert declares it
type Class<T> = abstract new (...args: any[]) => T;
type Falsy = false | 0 | 0n | "" | null | undefined;
type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Passes if the expression is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) fail(msg);
}

/** Passes if the expression is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) fail(msg);
}

/** Passes if both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  explained(msg, () => nodeAssert.deepStrictEqual(actual, expected));
}

/** Passes unless both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  explained(msg, () => nodeAssert.notDeepStrictEqual(actual, expected));
}

/** Passes if both are the same value, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  explained(msg, () => nodeAssert.strictEqual(actual, expected));
}

/** Passes if the value is neither null nor undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  explained(msg, () => nodeAssert.notEqual(actual ?? undefined, undefined));
}

/** Passes if the value is an instance of the class. */
export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any -- as @std/assert declares it
  T extends abstract new (...args: any[]) => any,
>(actual: unknown, expectedType: T, msg = ""): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    fail(`${shown(actual)} is not an instance of ${expectedType.name}. ${msg}`);
  }
}

/** Passes if the text matches the pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  explained(msg, () => nodeAssert.match(actual, expected));
}

/** Passes if the text contains the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    fail(msg ?? `${shown(actual)} does not include ${shown(expected)}`);
  }
}

/** Passes if each expected element is deeply equal to an actual one. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((candidate) => isDeepStrictEqual(candidate, item))
  );
  if (missing.length > 0) fail(msg ?? `${shown(actual)} does not include ${shown(missing)}`);
}

/** Passes if the object has at least the expected properties, deeply; arrays by their beginning. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as @std/assert declares it
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(commonPart(actual, expected), commonPart(expected, expected), msg);
}

/** Passes if `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) fail(msg ?? `${shown(actual)} is not > ${shown(expected)}`);
}

/** Passes if `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) fail(msg ?? `${shown(actual)} is not >= ${shown(expected)}`);
}

/** Passes if `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) fail(msg ?? `${shown(actual)} is not < ${shown(expected)}`);
}

/** Passes if `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) fail(msg ?? `${shown(actual)} is not <= ${shown(expected)}`);
}

/** Passes if the function throws; given a class, an error of it. Returns what was thrown. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: Class<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (thrown) {
    if (typeof classOrMsg === "function") assertIsError(thrown, classOrMsg, msgIncludes, msg);
    return thrown;
  }
  fail(`The function did not throw. ${typeof classOrMsg === "string" ? classOrMsg : msg ?? ""}`);
}

/** Passes if the promise rejects; given a class, with an error of it. Returns the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Class<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const promise = promiseOf(fn);
  try {
    await promise;
  } catch (reason) {
    if (typeof classOrMsg === "function") assertIsError(reason, classOrMsg, msgIncludes, msg);
    return reason;
  }
  fail(`The promise did not reject. ${typeof classOrMsg === "string" ? classOrMsg : msg ?? ""}`);
}

/** Fails. */
export function fail(msg?: string): never {
  nodeAssert.fail(`Failed assertion: ${msg ?? ""}`);
}

/** Fails: marks a line that no run may reach. */
export function unreachable(msg?: string): never {
  nodeAssert.fail(`Unreachable: ${msg ?? ""}`);
}

/** What the function returns. It is no rejection if it throws at once, or returns no promise. */
function promiseOf(fn: () => PromiseLike<unknown>): PromiseLike<unknown> {
  let returned: PromiseLike<unknown> | undefined;
  try {
    returned = fn();
  } catch (thrown) {
    fail(`The function threw instead of rejecting: ${shown(thrown)}`);
  }
  if (typeof returned?.then !== "function") fail("The function returned no promise.");
  return returned;
}

function assertIsError<E extends Error>(
  error: unknown,
  ErrorClass: Class<E>,
  msgIncludes: string | undefined,
  msg: string | undefined,
): asserts error is E {
  assertInstanceOf(error, Error, msg);
  assertInstanceOf(error, ErrorClass, msg);
  if (msgIncludes !== undefined) assertStringIncludes(error.message, msgIncludes, msg);
}

/** The part of `actual` that `expected` speaks of. Only plain objects and arrays have parts. */
function commonPart(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.slice(0, expected.length).map((item, i) => commonPart(item, expected[i]));
  }
  if (!hasParts(actual) || !hasParts(expected)) return actual;
  const keys = Reflect.ownKeys(expected).filter((key) => Object.hasOwn(actual, key));
  return Object.fromEntries(keys.map((key) => [key, commonPart(actual[key], expected[key])]));
}

function hasParts(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    ![Date, RegExp, Map, Set].some((type) => value instanceof type);
}

/** node:assert shows either its difference or the caller's message. A failed test wants both. */
function explained(msg: string | undefined, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (msg !== undefined && error instanceof Error) error.message = `${msg}: ${error.message}`;
    throw error;
  }
}

function shown(value: unknown): string {
  return Deno.inspect(value);
}
