import { z } from "zod";
import { message } from "./answer_parts.ts";

export const codeAnswer = z.object({
  message,
  expiresIn: z.int().min(1).meta({ description: "Seconds.", example: 900 }),
  delivery: z.enum(["response", "out_of_band"]),
  code: z.string().optional(),
}).meta({ id: "OneTimeCode" });

export const sessionAnswer = z.object({
  message,
  token: z.string().meta({ example: "ks_…" }),
  expiresIn: z.int().min(1).meta({ description: "Seconds.", example: 86400 }),
}).meta({ id: "Session" });
