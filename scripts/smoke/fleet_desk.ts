import type { Check } from "./check.ts";
import { expectAnswer, expectEqual, expectProblem } from "./client.ts";

const PAGE = 4;

/** The fleet looks at what was done. */
export const FLEET_DESK: readonly Check[] = [
  {
    name: "the fleet sees what became of its events",
    run: async ({ send }) => {
      expectAnswer(await send("GET /filo/olaylar?limit=1"), 200);
      const again = await send("POST /filo/olaylar/none/yeniden");
      expectProblem(again, 404, "event_not_found");
    },
  },
  {
    name: "the journal has no gap and adds up to the balance",
    run: async ({ send, userNo }) => {
      const entries: { readonly seq: number; readonly delta: string }[] = [];
      for (let cursor = ""; cursor !== "end";) {
        const page = await send(`GET /islemler?userNo=${userNo}&limit=${PAGE}${cursor}`);
        expectAnswer(page, 200);
        entries.push(...page.body.data);
        cursor = page.body.nextCursor === null ? "end" : `&cursor=${page.body.nextCursor}`;
      }
      const { length } = entries;
      expectEqual(
        "seq",
        entries.map(({ seq }) => seq),
        entries.map((_entry, place) => length - place),
      );
      const kurus = entries.reduce((sum, { delta }) => sum + Math.round(Number(delta) * 100), 0);
      const balance = (kurus / 100).toFixed(2);
      expectAnswer(await send(`GET /bakiye?userNo=${userNo}`), 200, { balance });
      expectEqual("the total", balance, "150.00");
    },
  },
  {
    name: "the fleet sees the same entries among all of its own",
    run: async ({ send, userNo }) => {
      const own = await send(`GET /islemler?userNo=${userNo}&limit=100`);
      const page = await send("GET /filo/islemler?limit=100");
      expectAnswer(page, 200);
      const seen = page.body.data.filter((entry: { userNo: string }) => entry.userNo === userNo);
      const [newest] = own.body.data;
      expectEqual("the newest entry", seen[0], { ...newest, userNo });
    },
  },
  {
    name: "the fleet's day closes with its opening and all that moved",
    run: async ({ send }) => {
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const { status, body } = await send(`GET /filo/gun-sonu?gun=${yesterday}`);
      expectEqual("the status", status, 200);
      const kurus = (amount: string): number => Math.round(Number(amount) * 100);
      const moved = body.movements.reduce(
        (sum: number, { delta }: { readonly delta: string }) => sum + kurus(delta),
        kurus(body.opening),
      );
      expectEqual("the closing", kurus(body.closing), moved);
    },
  },
  {
    name: "the fleet finds a user by number and status",
    run: async ({ send, userNo }) => {
      const page = await send(`GET /filo/kullanicilar?q=${userNo}&status=active`);
      expectAnswer(page, 200);
      const seen = page.body.data.map((user: { userNo: string }) => user.userNo);
      expectEqual("users", seen, [userNo]);
    },
  },
];
