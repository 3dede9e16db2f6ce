import type { FirstAnswer } from "./endpoint.ts";
import { formatAmount, type Kurus } from "../domain/money.ts";
import type { UpdateOutcome } from "../domain/ports.ts";
import type { RejectionCode } from "../domain/rejection.ts";

/** A refusal's texts. `{name}` in a detail is filled with the fact of that name. */
interface ProblemTexts {
  readonly title: string;
  readonly detail?: string;
}

export interface ProblemType {
  readonly status: number;
  readonly tr: ProblemTexts;
  readonly en: ProblemTexts;
}

/** Every error of the API: code, status and texts, in one table. Clients match the code. */
export const PROBLEMS = {
  malformed_request: {
    status: 400,
    tr: { title: "İstek okunamadı.", detail: "Gövde bir JSON nesnesi olmalıdır." },
    en: { title: "The request cannot be read.", detail: "The body must be a JSON object." },
  },
  missing_parameter: {
    status: 400,
    tr: { title: "Zorunlu parametre eksik.", detail: "Eksik: {parameters}." },
    en: { title: "A required parameter is missing.", detail: "Missing: {parameters}." },
  },
  conflicting_parameters: {
    status: 400,
    tr: { title: "Parametreler çelişiyor.", detail: "Birden fazla kez verildi: {parameters}." },
    en: { title: "Parameters conflict.", detail: "Given more than once: {parameters}." },
  },
  invalid_idempotency_key: {
    status: 400,
    tr: {
      title: "Idempotency-Key geçersiz.",
      detail: "1 ile 255 arasında yazdırılabilir ASCII karakter olmalıdır.",
    },
    en: {
      title: "The Idempotency-Key is invalid.",
      detail: "It must be 1 to 255 printable ASCII characters.",
    },
  },
  card_number_in_url: {
    status: 400,
    tr: {
      title: "Kart numarası adreste gönderilemez.",
      detail: "Kart numarasını JSON gövdesinde gönderin: adresler başkalarının kayıtlarında kalır.",
    },
    en: {
      title: "A card number must not be in the URL.",
      detail: "Send it in the JSON body: URLs stay in other people's logs.",
    },
  },
  unauthenticated: {
    status: 401,
    tr: {
      title: "Kimlik doğrulanmadı.",
      detail: "Filo başlığı ile filo anahtarı ya da geçerli bir oturum gereklidir.",
    },
    en: {
      title: "Not authenticated.",
      detail: "Send the header Filo with the fleet key, or a valid session token.",
    },
  },
  authentication_failed: {
    status: 401,
    tr: { title: "Kullanıcı doğrulanamadı." },
    en: { title: "The user could not be authenticated." },
  },
  insufficient_balance: {
    status: 402,
    tr: { title: "Bakiye yetersiz.", detail: "Bakiye {balance} TRY, ödeme {amount} TRY." },
    en: {
      title: "The balance is too low.",
      detail: "The balance is {balance} TRY, the payment {amount} TRY.",
    },
  },
  card_declined: {
    status: 402,
    tr: { title: "Kart reddedildi.", detail: "Neden: {declineReason}." },
    en: { title: "The card was declined.", detail: "Reason: {declineReason}." },
  },
  forbidden: {
    status: 403,
    tr: { title: "Bu işlem için yetkiniz yok." },
    en: { title: "You may not do this." },
  },
  not_found: {
    status: 404,
    tr: { title: "Böyle bir adres yok." },
    en: { title: "There is no such route." },
  },
  user_not_found: {
    status: 404,
    tr: { title: "Kullanıcı bulunamadı." },
    en: { title: "The user was not found." },
  },
  no_cards: {
    status: 404,
    tr: { title: "Kayıtlı kart yok." },
    en: { title: "No card is saved." },
  },
  card_not_found: {
    status: 404,
    tr: { title: "Kart bulunamadı." },
    en: { title: "The card was not found." },
  },
  payment_not_found: {
    status: 404,
    tr: { title: "Ödeme bulunamadı." },
    en: { title: "The payment was not found." },
  },
  top_up_not_found: {
    status: 404,
    tr: { title: "Bakiye yükleme bulunamadı." },
    en: { title: "The top-up was not found." },
  },
  method_not_allowed: {
    status: 405,
    tr: { title: "Bu adres bu yöntemi desteklemiyor." },
    en: { title: "This route does not allow the method." },
  },
  user_exists: {
    status: 409,
    tr: { title: "Kullanıcı zaten var." },
    en: { title: "The user exists already." },
  },
  duplicate_card: {
    status: 409,
    tr: { title: "Kart zaten kayıtlı.", detail: "Kayıtlı kart: {cardId}." },
    en: { title: "The card is already saved.", detail: "It is saved as {cardId}." },
  },
  card_in_use: {
    status: 409,
    tr: { title: "Kart kullanımda.", detail: "Bu karttan süren bir bakiye yükleme var." },
    en: { title: "The card is in use.", detail: "A top-up from this card is still open." },
  },
  too_many_open_top_ups: {
    status: 409,
    tr: { title: "Süren bakiye yükleme sayısı sınırda." },
    en: { title: "Too many top-ups are open." },
  },
  already_refunded: {
    status: 409,
    tr: { title: "Ödeme zaten iade edildi.", detail: "İade edilecek tutar kalmadı: {paymentId}." },
    en: { title: "The payment is already refunded.", detail: "Nothing is left of {paymentId}." },
  },
  payload_too_large: {
    status: 413,
    tr: { title: "İstek gövdesi çok büyük.", detail: "En fazla 16 KiB." },
    en: { title: "The request body is too large.", detail: "At most 16 KiB." },
  },
  unsupported_media_type: {
    status: 415,
    tr: { title: "Gövde türü desteklenmiyor.", detail: "Content-Type application/json olmalıdır." },
    en: {
      title: "The body's type is not supported.",
      detail: "Content-Type must be application/json.",
    },
  },
  validation_failed: {
    status: 422,
    tr: { title: "Bazı alanlar geçersiz.", detail: "Geçersiz: {parameters}." },
    en: { title: "Some fields are invalid.", detail: "Invalid: {parameters}." },
  },
  invalid_user_no: {
    status: 422,
    tr: {
      title: "Kullanıcı numarası geçersiz.",
      detail: "1 ile 64 arasında harf, rakam, tire ya da alt çizgi; bir kart numarası olamaz.",
    },
    en: {
      title: "The user number is invalid.",
      detail:
        "It takes 1 to 64 letters, digits, dashes or underscores, and must not be a card number.",
    },
  },
  invalid_amount: {
    status: 422,
    tr: {
      title: "Tutar geçersiz.",
      detail: "0.01 ile 1000000.00 arasında, en fazla iki ondalık basamaklı.",
    },
    en: {
      title: "The amount is invalid.",
      detail: "It lies between 0.01 and 1000000.00 with at most two decimals.",
    },
  },
  invalid_card_number: {
    status: 422,
    tr: { title: "Kart numarası geçersiz." },
    en: { title: "The card number is invalid." },
  },
  too_many_cards: {
    status: 422,
    tr: { title: "Kart sayısı sınırda.", detail: "En fazla 20 kart saklanır." },
    en: { title: "Too many cards are saved.", detail: "At most 20 cards can be saved." },
  },
  card_not_chargeable: {
    status: 422,
    tr: { title: "Karttan tahsilat yapılamaz.", detail: "Kart numarası doğrulanmamış." },
    en: { title: "The card cannot be charged.", detail: "Its number is not verified." },
  },
  refund_exceeds_payment: {
    status: 422,
    tr: {
      title: "İade, ödemeden kalanı aşıyor.",
      detail: "Kalan {refundable} TRY, istenen {amount} TRY.",
    },
    en: {
      title: "The refund exceeds the payment.",
      detail: "Left are {refundable} TRY, asked for {amount} TRY.",
    },
  },
  refund_window_passed: {
    status: 422,
    tr: { title: "İade süresi geçti.", detail: "Bir ödeme 365 gün içinde iade edilebilir." },
    en: {
      title: "The refund window has passed.",
      detail: "A payment can be refunded within 365 days.",
    },
  },
  balance_limit_exceeded: {
    status: 422,
    tr: { title: "Bakiye sınırı aşılıyor.", detail: "Bakiye {balance} TRY, yükleme {amount} TRY." },
    en: {
      title: "The balance limit is exceeded.",
      detail: "The balance is {balance} TRY, the top-up {amount} TRY.",
    },
  },
  idempotency_key_reused: {
    status: 422,
    tr: { title: "Idempotency-Key başka bir istekle kullanılmış." },
    en: { title: "The Idempotency-Key was used with another request." },
  },
  rate_limited: {
    status: 429,
    tr: { title: "Çok fazla istek.", detail: "{retryAfterSeconds} saniye sonra yeniden deneyin." },
    en: { title: "Too many requests.", detail: "Try again in {retryAfterSeconds} seconds." },
  },
  internal: {
    status: 500,
    tr: { title: "Beklenmeyen bir hata oluştu." },
    en: { title: "An unexpected error occurred." },
  },
  not_ready: {
    status: 503,
    tr: { title: "Sistem hazır değil.", detail: "Yanıt vermeyen: {stores}." },
    en: { title: "The system is not ready.", detail: "No answer from: {stores}." },
  },
  code_delivery_unavailable: {
    status: 503,
    tr: {
      title: "Doğrulama kodu gönderilemiyor.",
      detail: "authCode ile isteyin ya da kodu filo anahtarıyla alın.",
    },
    en: {
      title: "One-time codes cannot be sent.",
      detail: "Send the authCode, or have the fleet ask for the code with its key.",
    },
  },
  busy: {
    status: 503,
    tr: { title: "Sistem meşgul.", detail: "Hiçbir şey değişmedi; yeniden deneyin." },
    en: { title: "The system is busy.", detail: "Nothing has changed; try again." },
  },
  outcome_unknown: {
    status: 503,
    tr: { title: "Sonuç bilinmiyor.", detail: "Aynı Idempotency-Key ile yeniden deneyin." },
    en: {
      title: "The outcome is unknown.",
      detail: "Repeat the request with the same Idempotency-Key.",
    },
  },
} as const satisfies Record<RejectionCode, ProblemType> & Record<string, ProblemType>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field's error within a problem. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
}

/** A refusal on its way to the client; the pipeline gives it status, texts and request id. */
export interface Problem {
  readonly code: ProblemCode;
  /** Numbers and ids behind it: they fill the detail and stand in the answer. */
  readonly facts: Readonly<Record<string, string | number | null>>;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Set when an earlier request ended in this problem. */
  readonly replayed?: FirstAnswer;
}

/** A problem of that code; sums of money among the facts are written as answers write them. */
export function problem(
  code: ProblemCode,
  facts: Readonly<Record<string, string | number | null>> = {},
): Problem {
  const shown = Object.entries(facts).map(([name, value]) =>
    name.endsWith("Kurus") && typeof value === "number"
      ? [name.slice(0, -"Kurus".length), formatAmount(value as Kurus)]
      : [name, value]
  );
  return { code, facts: Object.fromEntries(shown) };
}

/** Something read from a request, or why it cannot be. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export function refused(refusal: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: refusal };
}

/** What has no entry to show: the problem that an update ended in. */
export function updateProblem(outcome: Exclude<UpdateOutcome, { entry: unknown }>): Problem {
  switch (outcome.outcome) {
    case "rejected": {
      const { code, ...facts } = outcome.rejection;
      return problem(code, facts);
    }
    case "key_reused":
      return problem("idempotency_key_reused");
    case "unchanged":
      throw new Error("Cannot answer: a command that must append an entry changed nothing");
    default:
      return problem(outcome.outcome);
  }
}
