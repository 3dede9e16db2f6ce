import nodeAssert from "node:assert/strict";
import * as std from "@std/assert";
import * as standIn from "./std_assert.ts";

type Assertions = typeof standIn;
type Check = (is: Assertions) => unknown;

/** For each assertion what it must let through, and what it must not. */
const CASES: Readonly<
  Record<keyof Assertions, { readonly passes: readonly Check[]; readonly fails: readonly Check[] }>
> = {
  assert: {
    passes: [(is) => is.assert(1)],
    fails: [(is) => is.assert(0), (is) => is.assert("", "why")],
  },
  assertFalse: {
    passes: [(is) => is.assertFalse(0)],
    fails: [(is) => is.assertFalse("no")],
  },
  assertEquals: {
    passes: [
      (is) => is.assertEquals({ a: [1, new Date(0)], b: NaN }, { b: NaN, a: [1, new Date(0)] }),
      (is) => is.assertEquals(new Map([["a", new Set([1])]]), new Map([["a", new Set([1])]])),
      (is) => is.assertEquals(new Uint8Array([1, 2]), new Uint8Array([1, 2])),
    ],
    fails: [
      (is) => is.assertEquals<unknown>(1, "1"),
      (is) => is.assertEquals<unknown>({ a: 1 }, { a: 1, b: undefined }),
      (is) => is.assertEquals([1, 2], [2, 1]),
      (is) => is.assertEquals(new Date(0), new Date(1)),
      (is) => is.assertEquals<unknown>(new (class A {})(), {}),
    ],
  },
  assertNotEquals: {
    passes: [(is) => is.assertNotEquals({ a: 1 }, { a: 2 })],
    fails: [(is) => is.assertNotEquals({ a: 1 }, { a: 1 })],
  },
  assertStrictEquals: {
    passes: [(is) => is.assertStrictEquals(NaN, NaN)],
    fails: [(is) => is.assertStrictEquals({}, {}), (is) => is.assertStrictEquals(0, -0)],
  },
  assertExists: {
    passes: [(is) => is.assertExists(0), (is) => is.assertExists("")],
    fails: [(is) => is.assertExists(null), (is) => is.assertExists(undefined)],
  },
  assertInstanceOf: {
    passes: [(is) => is.assertInstanceOf(new TypeError(), Error)],
    fails: [
      (is) => is.assertInstanceOf(new Error(), TypeError),
      (is) => is.assertInstanceOf(null, Error),
    ],
  },
  assertMatch: {
    passes: [(is) => is.assertMatch("kese", /^k/)],
    fails: [(is) => is.assertMatch("kese", /^e/)],
  },
  assertStringIncludes: {
    passes: [(is) => is.assertStringIncludes("kese", "es")],
    fails: [(is) => is.assertStringIncludes("kese", "se!")],
  },
  assertArrayIncludes: {
    passes: [
      (is) => is.assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]),
      (is) => is.assertArrayIncludes([1], []),
    ],
    fails: [(is) => is.assertArrayIncludes([1, 2], [2, 3])],
  },
  assertObjectMatch: {
    passes: [
      (is) => is.assertObjectMatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } }),
      (is) => is.assertObjectMatch({ a: [{ b: 1, c: 2 }, 3] }, { a: [{ b: 1 }] }),
      (is) => is.assertObjectMatch({ a: 1 }, {}),
    ],
    fails: [
      (is) => is.assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }),
      (is) => is.assertObjectMatch({ a: 1 }, { b: 1 }),
      (is) => is.assertObjectMatch({ a: 1 }, { a: 1, b: undefined }),
      (is) => is.assertObjectMatch({ a: [1] }, { a: [1, 2] }),
      (is) => is.assertObjectMatch({ a: [1, 2, 3] }, { a: [1, 3] }),
      (is) => is.assertObjectMatch({ at: new Date(0) }, { at: new Date(1) }),
    ],
  },
  assertGreater: {
    passes: [(is) => is.assertGreater(2, 1)],
    fails: [(is) => is.assertGreater(1, 1), (is) => is.assertGreater(NaN, 1)],
  },
  assertGreaterOrEqual: {
    passes: [(is) => is.assertGreaterOrEqual(1, 1)],
    fails: [(is) => is.assertGreaterOrEqual(0, 1)],
  },
  assertLess: {
    passes: [(is) => is.assertLess(1, 2)],
    fails: [(is) => is.assertLess(1, 1), (is) => is.assertLess(NaN, 1)],
  },
  assertLessOrEqual: {
    passes: [(is) => is.assertLessOrEqual(1, 1)],
    fails: [(is) => is.assertLessOrEqual(2, 1)],
  },
  assertThrows: {
    passes: [
      (is) => is.assertThrows(throwing("whatever")),
      (is) => is.assertThrows(throwing(new TypeError("no card"))),
      (is) => is.assertThrows(throwing(new TypeError("no card")), TypeError, "card"),
    ],
    fails: [
      (is) => is.assertThrows(() => {}),
      (is) => is.assertThrows(throwing("whatever"), Error),
      (is) => is.assertThrows(throwing(new Error("no card")), TypeError),
      (is) => is.assertThrows(throwing(new TypeError("no card")), TypeError, "user"),
    ],
  },
  assertRejects: {
    passes: [
      (is) => is.assertRejects(() => Promise.reject("whatever")),
      (is) => is.assertRejects(() => Promise.reject(new TypeError("no card")), TypeError, "card"),
    ],
    fails: [
      (is) => is.assertRejects(() => Promise.resolve()),
      (is) => is.assertRejects(throwing(new Error("at once"))),
      (is) => is.assertRejects((() => 1) as unknown as () => Promise<void>),
      (is) => is.assertRejects(() => Promise.reject("whatever"), Error),
      (is) => is.assertRejects(() => Promise.reject(new Error("no card")), TypeError),
      (is) => is.assertRejects(() => Promise.reject(new Error("no card")), Error, "user"),
    ],
  },
  fail: { passes: [], fails: [(is) => is.fail("why")] },
  unreachable: { passes: [], fails: [(is) => is.unreachable()] },
};

// Without JSR both are the stand-in. With it, this is the proof that the two agree: the compiler
// compares the signatures, the cases the behaviour.
const IMPLEMENTATIONS: Readonly<Record<string, Assertions>> = {
  "@std/assert": std,
  "the stand-in": standIn satisfies Pick<typeof std, keyof Assertions>,
};

for (const [source, assertions] of Object.entries(IMPLEMENTATIONS)) {
  for (const [name, { passes, fails }] of Object.entries(CASES)) {
    Deno.test(`${name}() of ${source} passes what is right and nothing else`, async () => {
      for (const check of passes) await check(assertions);
      for (const check of fails) {
        await nodeAssert.rejects(async () => await check(assertions), { name: "AssertionError" });
      }
    });
  }
}

Deno.test("assertThrows() and assertRejects() of the stand-in return what was thrown", async () => {
  const error = new Error("no card");
  nodeAssert.equal(standIn.assertThrows(throwing(error)), error);
  nodeAssert.equal(await standIn.assertRejects(() => Promise.reject(error), Error), error);
});

Deno.test("assertEquals() of the stand-in shows the message and the difference", () => {
  nodeAssert.throws(
    () => standIn.assertEquals([1], [2], "balance"),
    /^AssertionError.*balance: .*1.*2/s,
  );
});

function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}
