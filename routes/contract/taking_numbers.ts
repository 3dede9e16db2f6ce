import { z } from "zod";

/** Fields that a client may also write as a JSON number; they are given its text. */
export const TAKING_NUMBERS = z.registry<object>();

/** Whether a field may be written as a JSON number. */
export function takesNumber(field: z.core.$ZodType): boolean {
  if (field instanceof z.ZodOptional) return takesNumber(field.unwrap());
  return TAKING_NUMBERS.has(field);
}
