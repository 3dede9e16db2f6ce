import { domainToASCII } from "node:url";
import { z } from "zod";
import {
  AUTH_CODE_MAX_LENGTH,
  EMAIL_MAX_LENGTH,
  PERSONAL_TEXT_MAX_LENGTH,
  PHONE_NUMBER_MAX_LENGTH,
} from "../../domain/limits.ts";
import { readTelephone } from "./telephone.ts";
import { failWith, hidesNoCardNumber, line, secret, text } from "./texts.ts";

export const personalText = text(PERSONAL_TEXT_MAX_LENGTH);

export const authCode = secret(AUTH_CODE_MAX_LENGTH)
  .meta({
    id: "AuthCode",
    description: "The user's secret; kept only as a slow salted hash.",
    example: "abcdef",
  });

export const currentAuthCode = authCode.meta({ description: "The authCode until now." });

export const birthDate = z.iso.date({ ...failWith("invalid_date"), abort: true })
  .refine(
    (day) => day >= "1900-01-01" && day <= new Date().toISOString().slice(0, 10),
    "invalid_date",
  )
  .meta({ example: "1990-01-01" });

export const phoneNumber = line(PHONE_NUMBER_MAX_LENGTH, "invalid_phone_number")
  .refine(hidesNoCardNumber, { error: "holds_card_number", abort: true })
  .transform((text, context): string => {
    const number = readTelephone(text);
    if (number !== undefined) return number;
    context.addIssue({ code: "custom", message: "invalid_phone_number" });
    return z.NEVER;
  })
  .meta({
    id: "PhoneNumber",
    description:
      "As it is written in Turkey, or with + and the country; kept in E.164. Seven digits without an area code stay as they are.",
    example: "0532 123 45 67",
  });

// What follows the last @ is ASCII by then.
const EMAIL =
  /^(?!\.)(?!.*\.\.)[\w'+.-]*[\w+-]@(?:[a-z\d][a-z\d-]*\.)+(?:[a-z]{2,}|xn--[a-z\d-]+)$/i;

export const email = line(EMAIL_MAX_LENGTH, "invalid_email")
  .overwrite(toAsciiDomain)
  .max(EMAIL_MAX_LENGTH, { error: "invalid_email", abort: true })
  .refine((address) => EMAIL.test(address), { error: "invalid_email", abort: true })
  .refine(hidesNoCardNumber, "holds_card_number")
  .meta({
    id: "Email",
    format: "email",
    description: "Kept with its domain in ASCII (IDNA) and lower case.",
    example: "john.doe@example.com",
  });

function toAsciiDomain(address: string): string {
  const domain = address.lastIndexOf("@") + 1;
  return address.slice(0, domain) + domainToASCII(address.slice(domain)).toLowerCase();
}
