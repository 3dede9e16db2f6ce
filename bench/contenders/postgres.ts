import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import postgres from "postgres";
import { FLEET, FLEET_KEY, OPENING_KURUS, PAYMENT_PATH, userNo, USERS } from "../fleet.ts";
import type { Contender } from "./contender.ts";
import { startPostgres } from "./postgres_cluster.ts";

/** Of 8, 16 and 32 connections none was clearly ahead on a busy machine of two cores. */
const POOL = 32;
const UNIQUE_VIOLATION = "23505";

const TABLES = `
  CREATE TABLE accounts (user_no text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))
    WITH (fillfactor = 50);
  CREATE TABLE payments (
    payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_no text NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    idempotency_key text,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX payments_by_key ON payments (user_no, idempotency_key)
    WHERE idempotency_key IS NOT NULL;`;

interface Payment {
  readonly payment_id: string;
  readonly amount: string;
  readonly balance_after: string;
  readonly created_at: Date;
  readonly replayed: boolean;
}

/**
 * What people would build by hand: Hono and postgres.js on a PostgreSQL of its own, one statement a
 * payment. It checks key, user and amount, gives Kese's answer, and writes no audit and no chain.
 */
export async function openPostgresWay(): Promise<Contender> {
  const port = await startPostgres();
  const sql = postgres({ host: "127.0.0.1", port, user: "bench", database: "postgres", max: POOL });
  await sql.unsafe(TABLES);
  const users = Array.from({ length: USERS }, (_, place) => userNo(place));
  await sql`INSERT INTO accounts SELECT unnest(${users}::text[]), ${OPENING_KURUS}`;

  async function pay(userNo: string, amount: number, key: string | null): Promise<Payment[]> {
    const paying = () =>
      sql<Payment[]>`
        WITH known AS (
          SELECT * FROM payments WHERE user_no = ${userNo} AND idempotency_key = ${key}
        ), paid AS (
          UPDATE accounts SET balance = balance - ${amount}
            WHERE user_no = ${userNo} AND balance >= ${amount} AND NOT EXISTS (SELECT FROM known)
            RETURNING balance
        ), made AS (
          INSERT INTO payments (user_no, amount, balance_after, idempotency_key)
            SELECT ${userNo}, ${amount}, balance, ${key} FROM paid RETURNING *
        )
        SELECT *, false AS replayed FROM made UNION ALL SELECT *, true FROM known`;
    try {
      return await paying();
    } catch (error) {
      // Another request with this key came first, and is known now.
      if (error instanceof postgres.PostgresError && error.code === UNIQUE_VIOLATION) {
        return await paying();
      }
      throw error;
    }
  }

  const app = new Hono();
  app.post(PAYMENT_PATH, async (context) => {
    const { userNo = "", amount = "" } = context.req.query();
    const key = context.req.header("idempotency-key") ?? null;
    const isFleet = context.req.header("filo") === FLEET &&
      isFleetKey(context.req.header("authorization") ?? "");
    if (!isFleet) return context.json({ code: "unauthorized" }, 401);
    if (!/^[\w-]{1,64}$/.test(userNo) || !/^\d{1,7}(\.\d{1,2})?$/.test(amount)) {
      return context.json({ code: "validation_failed" }, 422);
    }
    const amountKurus = Math.round(Number(amount) * 100);
    const [payment] = await pay(userNo, amountKurus, key);
    if (payment === undefined) {
      const [account] = await sql`SELECT FROM accounts WHERE user_no = ${userNo}`;
      return account === undefined
        ? context.json({ code: "user_not_found" }, 404)
        : context.json({ code: "insufficient_balance" }, 402);
    }
    if (Number(payment.amount) !== amountKurus) {
      return context.json({ code: "idempotency_key_reused" }, 422);
    }
    if (payment.replayed) context.header("Idempotent-Replayed", "true");
    return context.json({
      message: "Ödeme alındı.",
      paymentId: payment.payment_id,
      amount: toMoney(payment.amount),
      balance: toMoney(payment.balance_after),
      currency: "TRY",
      createdAt: payment.created_at,
    }, 201);
  });

  return {
    fetch: app.fetch,
    books: async () => {
      const [sum] = await sql`SELECT count(*) AS users, sum(balance) AS balance FROM accounts`;
      return { users: Number(sum?.users), balanceKurus: Number(sum?.balance) };
    },
    faults: async () => {
      const wrong = await sql`
        SELECT user_no FROM accounts LEFT JOIN payments USING (user_no) GROUP BY user_no, balance
          HAVING balance + coalesce(sum(amount), 0) <> ${OPENING_KURUS}`;
      return wrong.map(({ user_no }) => `The payments of ${user_no} are not what is gone`);
    },
    close: () => sql.end(),
  };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
const FLEET_DIGEST = digest(`Bearer ${FLEET_KEY}`);

function isFleetKey(authorization: string): boolean {
  return timingSafeEqual(digest(authorization), FLEET_DIGEST);
}

function toMoney(kurus: string): string {
  return (Number(kurus) / 100).toFixed(2);
}
