import { assertEquals, assertNotEquals } from "@std/assert";
import {
  CHAIN_START,
  type Digest,
  entryHash,
  type Link,
  linkHash,
} from "../../domain/entry_chain.ts";
import { kurus } from "../../domain/money.ts";

const digest: Digest = (text) => `<${text}>`;
const LINK: Link = {
  account: "hergele/1",
  previous: CHAIN_START,
  seq: 2,
  id: "pay_1",
  type: "payment",
  at: 1,
  amountKurus: kurus(5),
  deltaKurus: kurus(-5),
  balanceAfterKurus: kurus(10),
  facts: '{"requestId":"r","by":"fleet","orderId":"ride"}',
};
const WHOLE = linkHash(LINK, digest);

Deno.test("linkHash() stays as it is when a free text is replaced by its digest", () => {
  const facts = '{"requestId":"r","by":"fleet","orderId":{"erased":"<ride>"}}';
  assertEquals(linkHash({ ...LINK, facts }, digest), WHOLE);
});

const CHANGES: Readonly<Record<keyof Link, Partial<Link>>> = {
  account: { account: "hergele/2" },
  previous: { previous: "another" },
  seq: { seq: 3 },
  id: { id: "pay_2" },
  type: { type: "refund" },
  at: { at: 2 },
  amountKurus: { amountKurus: kurus(6) },
  deltaKurus: { deltaKurus: kurus(5) },
  balanceAfterKurus: { balanceAfterKurus: kurus(11) },
  facts: { facts: LINK.facts.replace("ride", "walk") },
};

for (const [name, change] of Object.entries(CHANGES)) {
  Deno.test(`linkHash() changes with ${name}`, () =>
    assertNotEquals(linkHash({ ...LINK, ...change }, digest), WHOLE));
}

Deno.test("entryHash() is linkHash() of the same entry as it is stored", () => {
  const { account, previous, facts, ...fields } = LINK;
  const entry = { ...fields, type: "payment", ...JSON.parse(facts) } as const;
  assertEquals(entryHash(entry, { account, previous, digest }), WHOLE);
});
