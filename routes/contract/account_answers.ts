import { z } from "zod";
import {
  accountStatus,
  available,
  currency,
  held,
  instant,
  message,
  money,
} from "./answer_parts.ts";
import { cardAnswer } from "./card_answers.ts";
import { entryAnswer } from "./entry_answers.ts";

export const accountAnswer = z.object({
  message,
  userNo: z.string(),
  balance: money,
  available,
  currency,
  cards: z.array(cardAnswer),
}).meta({ id: "Account" });

const profile = z.object({
  name: z.string(),
  surname: z.string(),
  birthDate: z.string().meta({ example: "1990-01-01" }),
  phoneNumber: z.string().meta({ description: "E.164.", example: "+905321234567" }),
  email: z.string().meta({ example: "john.doe@example.com" }),
}).meta({ id: "Profile" });

export const personAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
  ...profile.shape,
  createdAt: instant,
  counts: z.object({
    cards: z.int().min(0),
    entries: z.int().min(1).meta({ description: "Of the journal." }),
    openHolds: z.int().min(0),
    openTopUps: z.int().min(0),
  }).meta({ id: "UserCounts" }),
}).meta({ id: "User" });

export const sessionsEndedAnswer = z.object({
  message,
  ended: z.int().min(0).meta({ description: "How many sessions ended." }),
}).meta({ id: "SessionsEnded" });

export const accountStatusAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
}).meta({ id: "AccountStatus" });

const openHold = z.object({ holdId: z.string(), amount: money, expiresAt: instant })
  .meta({ id: "OpenHold" });

export const balanceAnswer = z.object({
  message,
  userNo: z.string(),
  status: accountStatus,
  balance: money,
  held,
  available,
  currency,
  holds: z.array(openHold),
}).meta({ id: "Balance" });

export const userListAnswer = z.object({
  message,
  data: z.array(
    z.object({
      userNo: z.string(),
      status: accountStatus,
      name: z.string().optional().meta({ description: "Absent once the person was erased." }),
      surname: z.string().optional(),
      balance: money,
      held,
      available,
      currency,
      createdAt: instant,
    }).meta({ id: "ListedUser" }),
  ),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, and even empty, and not the last.",
  }),
}).meta({ id: "UserList" });

export const userDataAnswer = balanceAnswer.extend({
  profile,
  cards: z.array(cardAnswer),
  sessions: z.array(
    z.object({ createdAt: instant, expiresAt: instant }).meta({ id: "SessionTimes" }),
  ),
  entries: z.array(entryAnswer).meta({
    description: "Every entry of the journal, newest first, as of the beginning of the answer.",
  }),
}).meta({ id: "UserData" });

export type BalanceBody = Omit<z.output<typeof balanceAnswer>, "message">;
export type OpenHoldBody = z.output<typeof openHold>;
