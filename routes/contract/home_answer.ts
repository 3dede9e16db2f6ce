import { z } from "zod";
import { message } from "./answer_parts.ts";

export const homeAnswer = z.object({
  message,
  name: z.literal("Kese"),
  version: z.string().meta({ example: "0.1.0" }),
  links: z.object({ reference: z.url(), desk: z.url(), openapi: z.url(), health: z.url() }),
  firstPayment: z.array(z.object({
    step: z.string().meta({ description: "What the command does." }),
    command: z.string().meta({ description: "For a terminal; needs curl." }),
  })),
}).meta({ id: "Home" });
