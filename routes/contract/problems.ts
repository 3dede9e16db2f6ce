import { formatAmount, type Kurus } from "../../domain/money.ts";
import type { UpdateOutcome } from "../../domain/ports/accounts.ts";
import type { RejectionCode } from "../../domain/rejection.ts";
import type { FirstAnswer } from "./replayed.ts";

/**
 * A refusal's texts. A detail says what to do next, or there is none. `{name}` in it is filled with
 * the fact of that name; what stands in brackets goes when it has no such fact.
 */
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
    tr: {
      title: "İstek okunamadı.",
      detail:
        "Geçerli bir Host başlığı ve, gövde varsa, UTF-8 kodlu tek bir JSON nesnesi gönderin; GET isteği gövde almaz.",
    },
    en: {
      title: "The request cannot be read.",
      detail:
        "Send a valid Host header and, as the body where there is one, a single JSON object in UTF-8; a GET takes no body.",
    },
  },
  missing_parameter: {
    status: 400,
    tr: { title: "Zorunlu parametre eksik.", detail: "Şunları da gönderin: {parameters}." },
    en: { title: "A required parameter is missing.", detail: "Send these too: {parameters}." },
  },
  unknown_parameter: {
    status: 400,
    tr: {
      title: "Parametre bilinmiyor.",
      detail:
        "Bu uç noktanın {parameter} adlı bir parametresi yok.[ Şunu mu demek istediniz: {nearest}?][ Parametreleri: {parameters}.]",
    },
    en: {
      title: "The parameter is unknown.",
      detail:
        "This route has no parameter {parameter}.[ Did you mean {nearest}?][ It takes {parameters}.]",
    },
  },
  conflicting_parameters: {
    status: 400,
    tr: { title: "Parametreler çelişiyor.", detail: "Yalnız bir kez gönderin: {parameters}." },
    en: { title: "Parameters conflict.", detail: "Send only once: {parameters}." },
  },
  conflicting_headers: {
    status: 400,
    tr: {
      title: "Başlık birden fazla kez gönderildi.",
      detail: "Yalnız bir kez gönderin: {header}.",
    },
    en: { title: "A header was sent more than once.", detail: "Send only once: {header}." },
  },
  invalid_idempotency_key: {
    status: 400,
    tr: {
      title: "Idempotency-Key geçersiz.",
      detail: "1-255 yazdırılabilir ASCII karakterden oluşmalıdır.",
    },
    en: {
      title: "The Idempotency-Key is invalid.",
      detail: "It must be 1 to 255 printable ASCII characters.",
    },
  },
  card_number_in_url: {
    status: 400,
    tr: {
      title: "Kart numarası URL'de gönderilemez.",
      detail:
        "Kart numarasını JSON gövdesinde gönderin: URL'ler sunucu ve ara sunucu kayıtlarına yazılır.",
    },
    en: {
      title: "A card number must not be in the URL.",
      detail: "Send it in the JSON body: servers and proxies write URLs to their logs.",
    },
  },
  personal_data_in_url: {
    status: 400,
    tr: {
      title: "Kişisel ya da gizli bilgi URL'de gönderilemez.",
      detail:
        "{parameter} değerini JSON gövdesinde gönderin: URL'ler sunucu ve ara sunucu kayıtlarına yazılır.",
    },
    en: {
      title: "Personal or secret data must not be in the URL.",
      detail: "Send {parameter} in the JSON body: servers and proxies write URLs to their logs.",
    },
  },
  unauthenticated: {
    status: 401,
    tr: {
      title: "Kimlik doğrulanmadı.",
      detail:
        "Filo başlığıyla birlikte filo anahtarını ya da geçerli bir oturum anahtarı gönderin.",
    },
    en: {
      title: "Not authenticated.",
      detail: "Send the header Filo with the fleet key, or a valid session token.",
    },
  },
  authentication_failed: {
    status: 401,
    tr: {
      title: "Kullanıcı doğrulanamadı.",
      detail:
        "Kodu ya da authCode değerini denetleyin; /authenticate_first_route yeni bir kod verir.",
    },
    en: {
      title: "The user could not be authenticated.",
      detail: "Check the code or the authCode; /authenticate_first_route gives a new code.",
    },
  },
  insufficient_balance: {
    status: 402,
    tr: {
      title: "Bakiye yetersiz.",
      detail: "Bakiye {balance} TRY, ödeme {amount} TRY: POST /update_balance ile bakiye yükleyin.",
    },
    en: {
      title: "The balance is too low.",
      detail:
        "The balance is {balance} TRY, the payment {amount} TRY: top up with POST /update_balance.",
    },
  },
  card_declined: {
    status: 402,
    tr: {
      title: "Kart reddedildi.",
      detail: "Neden: {declineReason}. Başka bir kartla yeniden deneyin.",
    },
    en: { title: "The card was declined.", detail: "Reason: {declineReason}. Try another card." },
  },
  forbidden: {
    status: 403,
    tr: {
      title: "Bu işlem için yetkiniz yok.",
      detail:
        "Oturum yalnız kendi kullanıcısı adına işlem yapar ve iade edemez; diğer işlemler filo anahtarıyla yapılır.",
    },
    en: {
      title: "You may not do this.",
      detail:
        "A session acts for its own user alone and does not refund; the rest takes the fleet key.",
    },
  },
  not_found: {
    status: 404,
    tr: {
      title: "İstenen adres (endpoint) bulunamadı.",
      detail: "GET /openapi.json tüm uç noktaları listeler.",
    },
    en: { title: "There is no such route.", detail: "GET /openapi.json lists every route." },
  },
  user_not_found: {
    status: 404,
    tr: {
      title: "Kullanıcı bulunamadı.",
      detail: "userNo değerini denetleyin ya da kullanıcıyı POST /create_user ile oluşturun.",
    },
    en: {
      title: "The user was not found.",
      detail: "Check the userNo, or create the user with POST /create_user.",
    },
  },
  no_cards: {
    status: 404,
    tr: { title: "Kayıtlı kart yok.", detail: "POST /kart-saklama ile bir kart saklayın." },
    en: { title: "No card is saved.", detail: "Save one with POST /kart-saklama." },
  },
  card_not_found: {
    status: 404,
    tr: {
      title: "Kart bulunamadı.",
      detail: "Kayıtlı kartları GET /kart-saklama-listesi gösterir.",
    },
    en: {
      title: "The card was not found.",
      detail: "GET /kart-saklama-listesi shows the saved cards.",
    },
  },
  payment_not_found: {
    status: 404,
    tr: { title: "Ödeme bulunamadı.", detail: "Kullanıcının ödemelerini GET /islemler gösterir." },
    en: { title: "The payment was not found.", detail: "GET /islemler shows the user's payments." },
  },
  top_up_not_found: {
    status: 404,
    tr: {
      title: "Bakiye yükleme bulunamadı.",
      detail: "Kullanıcının bakiye yüklemelerini GET /islemler gösterir.",
    },
    en: { title: "The top-up was not found.", detail: "GET /islemler shows the user's top-ups." },
  },
  method_not_allowed: {
    status: 405,
    tr: {
      title: "Bu adres bu yöntemi desteklemiyor.",
      detail: "Allow başlığındaki yöntemlerden birini kullanın.",
    },
    en: {
      title: "This route does not allow the method.",
      detail: "Use one of the methods in the header Allow.",
    },
  },
  user_exists: {
    status: 409,
    tr: {
      title: "Bu kullanıcı zaten kayıtlı.",
      detail: "Bu kullanıcıyla devam edin ya da başka bir userNo seçin.",
    },
    en: {
      title: "The user exists already.",
      detail: "Go on with this user, or choose another userNo.",
    },
  },
  duplicate_card: {
    status: 409,
    tr: { title: "Kart zaten kayıtlı.", detail: "Kayıtlı olanı kullanın: {cardId}." },
    en: { title: "The card is already saved.", detail: "Use the saved one: {cardId}." },
  },
  card_in_use: {
    status: 409,
    tr: {
      title: "Kart kullanımda.",
      detail:
        "Bu kartla başlatılmış, henüz sonuçlanmamış bir bakiye yükleme var; sonuçlanınca yeniden deneyin.",
    },
    en: {
      title: "The card is in use.",
      detail: "A top-up from this card is still open; try again when it has ended.",
    },
  },
  too_many_open_top_ups: {
    status: 409,
    tr: {
      title: "Sonuçlanmamış bakiye yükleme sayısı üst sınıra ulaştı.",
      detail: "Biri sonuçlanınca yeniden deneyin.",
    },
    en: { title: "Too many top-ups are open.", detail: "Try again when one of them has ended." },
  },
  already_refunded: {
    status: 409,
    tr: {
      title: "Ödeme zaten iade edildi.",
      detail:
        "{paymentId} ödemesinden iade edilecek tutar kalmadı; başka bir ödemenin iadesi için onun paymentId değerini gönderin.",
    },
    en: {
      title: "The payment is already refunded.",
      detail: "Nothing is left of {paymentId}; to refund another payment, send its paymentId.",
    },
  },
  payload_too_large: {
    status: 413,
    tr: { title: "İstek gövdesi çok büyük.", detail: "En fazla 16 KiB gönderin." },
    en: { title: "The request body is too large.", detail: "Send at most 16 KiB." },
  },
  uri_too_long: {
    status: 414,
    tr: {
      title: "URL çok uzun.",
      detail: "En fazla 8 KiB olabilir: parametreleri JSON gövdesinde gönderin.",
    },
    en: {
      title: "The URL is too long.",
      detail: "It takes at most 8 KiB: send the parameters in the JSON body.",
    },
  },
  unsupported_media_type: {
    status: 415,
    tr: {
      title: "Gövde türü desteklenmiyor.",
      detail:
        "Gövdeyi Content-Type: application/json ile, sıkıştırmadan (Content-Encoding olmadan) gönderin.",
    },
    en: {
      title: "The body's type is not supported.",
      detail: "Send it as Content-Type: application/json, without a Content-Encoding.",
    },
  },
  validation_failed: {
    status: 422,
    tr: {
      title: "Bazı alanlar geçersiz.",
      detail: "Şunları düzeltin: {parameters}. Nedenleri errors alanındadır.",
    },
    en: {
      title: "Some fields are invalid.",
      detail: "Correct these: {parameters}. The member errors says why.",
    },
  },
  invalid_user_no: {
    status: 422,
    tr: {
      title: "Kullanıcı numarası geçersiz.",
      detail:
        "Metin olarak 1-64 karakter: A-Z, a-z, 0-9, tire, alt çizgi (Türkçe harf içeremez); kart numarası olamaz.",
    },
    en: {
      title: "The user number is invalid.",
      detail:
        "It takes 1 to 64 of A-Z, a-z, 0-9, dash and underscore, and must not be a card number.",
    },
  },
  invalid_amount: {
    status: 422,
    tr: {
      title: "Tutar geçersiz.",
      detail: "0.01 ile 1000000.00 arasında olmalıdır; ondalık ayırıcı noktadır (örnek: 10.50).",
    },
    en: {
      title: "The amount is invalid.",
      detail:
        "It must lie between 0.01 and 1000000.00 with at most two digits after the point (such as 10.50).",
    },
  },
  invalid_card_number: {
    status: 422,
    tr: {
      title: "Kart numarası geçersiz.",
      detail: "Denetim basamağı (Luhn) doğru, 12-19 haneli bir numara gönderin.",
    },
    en: {
      title: "The card number is invalid.",
      detail: "Send 12 to 19 digits of which the check digit (Luhn) is right.",
    },
  },
  too_many_cards: {
    status: 422,
    tr: {
      title: "Kart sayısı üst sınıra ulaştı.",
      detail: "En fazla 20 kart saklanabilir: DELETE /kart-saklama ile birini silin.",
    },
    en: {
      title: "Too many cards are saved.",
      detail: "At most 20 cards can be saved: remove one with DELETE /kart-saklama.",
    },
  },
  card_not_chargeable: {
    status: 422,
    tr: {
      title: "Karttan tahsilat yapılamaz.",
      detail:
        "Yalnız doğrulanmış (verified) bir karttan tahsilat yapılır: POST /kart-saklama ile bir kart saklayın ya da doğrulanmış bir kartın cardId değerini gönderin.",
    },
    en: {
      title: "The card cannot be charged.",
      detail:
        "Only a verified card can be charged: save one with POST /kart-saklama, or send the cardId of one that is verified.",
    },
  },
  refund_exceeds_payment: {
    status: 422,
    tr: {
      title: "İade tutarı, ödemenin iade edilebilir tutarını aşıyor.",
      detail: "En fazla {refundable} TRY iade edilebilir; istenen {amount} TRY.",
    },
    en: {
      title: "The refund exceeds the payment.",
      detail: "At most {refundable} TRY can be refunded; {amount} TRY were asked for.",
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
    tr: {
      title: "Bakiye sınırı aşılıyor.",
      detail:
        "Bakiye {balance} TRY, yükleme {amount} TRY; toplamı en fazla 100000000.00 TRY olabilir.",
    },
    en: {
      title: "The balance limit is exceeded.",
      detail:
        "The balance is {balance} TRY, the top-up {amount} TRY; together at most 100000000.00 TRY.",
    },
  },
  idempotency_key_reused: {
    status: 422,
    tr: {
      title: "Idempotency-Key başka bir istekle kullanılmış.",
      detail: "Her yeni istek için yeni bir anahtar üretin.",
    },
    en: {
      title: "The Idempotency-Key was used with another request.",
      detail: "Make a new key for each new request.",
    },
  },
  rate_limited: {
    status: 429,
    tr: {
      title: "Çok fazla istek gönderildi.",
      detail: "{retryAfterSeconds} saniye sonra yeniden deneyin.",
    },
    en: { title: "Too many requests.", detail: "Try again in {retryAfterSeconds} seconds." },
  },
  internal: {
    status: 500,
    tr: { title: "Beklenmeyen bir hata oluştu." },
    en: { title: "An unexpected error occurred." },
  },
  not_ready: {
    status: 503,
    tr: { title: "Sistem hazır değil.", detail: "Yanıt vermeyeni denetleyin: {stores}." },
    en: { title: "The system is not ready.", detail: "Check what gives no answer: {stores}." },
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
    tr: { title: "Sistem yoğun.", detail: "Hiçbir şey değişmedi; yeniden deneyin." },
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
  store_inconsistent: {
    status: 503,
    tr: {
      title: "Hesabın kayıtları birbiriyle çelişiyor.",
      detail: "Hiçbir şey değişmedi; işletmeci kayıtları onarmadan bu hesapta işlem yapılamaz.",
    },
    en: {
      title: "The records of the account contradict each other.",
      detail: "Nothing has changed; the operator has to repair them before this account is used.",
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

/** A problem of that code; amounts among the facts are written as answers write them. */
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

export function refuse(refusal: Problem): { readonly ok: false; readonly problem: Problem } {
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
