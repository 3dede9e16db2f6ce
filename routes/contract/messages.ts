import { SCOPES } from "../../domain/auth.ts";
import type { Language } from "../../domain/idempotency.ts";
import {
  ADJUSTMENT_DIRECTIONS,
  ADJUSTMENT_REASONS,
  type DeclineReason,
} from "../../domain/journal.ts";
import { CARDS_PER_ACCOUNT, HOLD_MAX_MINUTES, PAGE_MAX } from "../../domain/limits.ts";
import { PROBLEM_TEXTS } from "./problem_texts.ts";

/** What success answers say. */
export const MESSAGES = {
  home_found: {
    tr: "Kayıtlı kartlarla çalışan bir cüzdan API'si.",
    en: "A stored-card wallet API.",
  },
  account_opened: { tr: "Kullanıcı oluşturuldu.", en: "The user was created." },
  user_found: { tr: "Kullanıcı görüntülendi.", en: "The user was found." },
  user_changed: { tr: "Kullanıcı bilgileri güncellendi.", en: "The user was updated." },
  auth_code_changed: {
    tr: "authCode değiştirildi; diğer oturumlar sonlandırıldı.",
    en: "The authCode was changed; other sessions have ended.",
  },
  user_data_found: {
    tr: "Kullanıcının saklanan tüm verileri görüntülendi.",
    en: "All data of the user were found.",
  },
  user_erased: {
    tr: "Kullanıcının kişisel verileri silindi.",
    en: "The user's personal data were erased.",
  },
  sessions_ended: { tr: "Oturumlar sonlandırıldı.", en: "The sessions have ended." },
  code_created: { tr: "Doğrulama kodu oluşturuldu.", en: "The one-time code was created." },
  code_sent: {
    tr: "Kullanıcı kayıtlıysa kod gönderildi.",
    en: "If the user exists, a code was sent.",
  },
  signed_in: { tr: "Kullanıcı doğrulandı.", en: "The user is authenticated." },
  card_saved: { tr: "Kart saklandı.", en: "The card was saved." },
  cards_listed: { tr: "Kartlar listelendi.", en: "The cards are listed." },
  card_selected: { tr: "Kart seçildi.", en: "The card was selected." },
  card_removed: { tr: "Kart silindi.", en: "The card was removed." },
  payment_accepted: { tr: "Ödeme alındı.", en: "The payment was made." },
  payment_found: { tr: "Ödeme bulundu.", en: "The payment was found." },
  refund_accepted: { tr: "İade yapıldı.", en: "The refund was made." },
  hold_placed: { tr: "Provizyon alındı.", en: "The hold was placed." },
  hold_found: { tr: "Provizyon bulundu.", en: "The hold was found." },
  hold_released: { tr: "Provizyon iptal edildi.", en: "The hold was released." },
  adjustment_accepted: { tr: "Bakiye düzeltildi.", en: "The balance was adjusted." },
  account_now_frozen: { tr: "Hesap donduruldu.", en: "The account was frozen." },
  account_unfrozen: { tr: "Hesap çözüldü.", en: "The account was unfrozen." },
  account_now_closed: { tr: "Hesap kapatıldı.", en: "The account was closed." },
  top_up_credited: { tr: "Bakiye yüklendi.", en: "The balance was topped up." },
  top_up_pending: { tr: "Bakiye yükleme sürüyor.", en: "The top-up is pending." },
  top_up_requires_action: {
    tr: "Banka onayı bekleniyor: action.url adresini kullanıcının tarayıcısında açın.",
    en: "The bank wants to see the user: open action.url in the user's browser.",
  },
  top_up_failed: { tr: "Bakiye yüklenemedi.", en: "The top-up failed." },
  card_refund_completed: { tr: "Tutar karta iade edildi.", en: "The card got its money back." },
  card_refund_pending: { tr: "Karta iade sürüyor.", en: "The card refund is pending." },
  card_refund_failed: {
    tr: "Tutar karta iade edilemedi; bakiyeye geri eklendi.",
    en: "The card refund failed; the balance has the amount again.",
  },
  balance_found: { tr: "Bakiye görüntülendi.", en: "The balance was found." },
  key_made: {
    tr: "Anahtar oluşturuldu. Şimdi saklayın: bir daha gösterilmez.",
    en: "The key was made. Keep it now: it is not shown again.",
  },
  keys_listed: { tr: "Anahtarlar listelendi.", en: "The keys are listed." },
  key_revoked: { tr: "Anahtar iptal edildi.", en: "The key was revoked." },
  audit_listed: { tr: "Denetim kayıtları listelendi.", en: "The audit records are listed." },
  day_end_found: { tr: "Gün sonu görüntülendi.", en: "The day's end was found." },
  users_listed: { tr: "Kullanıcılar listelendi.", en: "The users are listed." },
  events_listed: { tr: "Olaylar listelendi.", en: "The events are listed." },
  event_repeated: { tr: "Olay yeniden gönderilecek.", en: "The event will be sent again." },
  entries_listed: { tr: "İşlemler listelendi.", en: "The entries are listed." },
} as const;

export type MessageName = keyof typeof MESSAGES;

/** What is wrong with one field, in addition to the problem codes that a field can have. */
export const FIELD_MESSAGES = {
  invalid_filo: { tr: "Filo geçersiz.", en: "The fleet is invalid." },
  invalid_text: {
    tr: "Metin boş, çok uzun ya da geçersiz.",
    en: "The text is empty, too long or invalid.",
  },
  invalid_date: {
    tr: "Tarih YYYY-AA-GG biçiminde geçmiş bir gün olmalıdır.",
    en: "It must be a date in the past, YYYY-MM-DD.",
  },
  invalid_phone_number: { tr: "Telefon numarası geçersiz.", en: "The phone number is invalid." },
  invalid_email: { tr: "E-posta adresi geçersiz.", en: "The email address is invalid." },
  invalid_balance: { tr: "Bakiye geçersiz.", en: "The balance is invalid." },
  invalid_cards: {
    tr: `En fazla ${CARDS_PER_ACCOUNT} kart numarası verilebilir.`,
    en: `It must be a list of at most ${CARDS_PER_ACCOUNT} card numbers.`,
  },
  invalid_id: { tr: "Kimlik (id) geçersiz.", en: "The id is invalid." },
  invalid_limit: {
    tr: `1 ile ${PAGE_MAX} arasında bir tam sayı olmalıdır.`,
    en: `It must be a whole number from 1 to ${PAGE_MAX}.`,
  },
  invalid_minutes: {
    tr: `1 ile ${HOLD_MAX_MINUTES} arasında bir tam sayı olmalıdır (en çok yedi gün).`,
    en: `It must be a whole number from 1 to ${HOLD_MAX_MINUTES} (seven days at most).`,
  },
  invalid_direction: {
    tr: `${ADJUSTMENT_DIRECTIONS.join(" ya da ")} olmalıdır.`,
    en: `It must be ${ADJUSTMENT_DIRECTIONS.join(" or ")}.`,
  },
  invalid_reason: {
    tr: `${ADJUSTMENT_REASONS.join(", ")} değerlerinden biri olmalıdır.`,
    en: `It must be one of ${ADJUSTMENT_REASONS.join(", ")}.`,
  },
  invalid_scopes: {
    tr: `${SCOPES.join(", ")} değerlerinden en az biri olmalıdır.`,
    en: `It must hold at least one of ${SCOPES.join(", ")}.`,
  },
  invalid_expires_at: {
    tr: "Gelecekte bir an olmalıdır (RFC 3339, örnek: 2027-01-31T09:30:00Z).",
    en: "It must be a moment in the future (RFC 3339, as 2027-01-31T09:30:00Z).",
  },
  invalid_cursor: { tr: "İmleç geçersiz.", en: "The cursor is invalid." },
  invalid_status: {
    tr: "active, frozen ya da closed olmalıdır.",
    en: "It must be active, frozen or closed.",
  },
  invalid_moment: {
    tr: "YYYY-AA-GG biçiminde bir gün ya da RFC 3339 biçiminde bir an olmalıdır.",
    en: "It must be a day, YYYY-MM-DD, or an instant as RFC 3339 writes it.",
  },
  invalid_period: {
    tr: "Sürenin sonu başından sonra olmalıdır.",
    en: "The end of the time must be after its beginning.",
  },
  invalid_language: { tr: "tr ya da en olmalıdır.", en: "It must be tr or en." },
  not_for_exports: {
    tr: "Dışa aktarımda kullanılamaz: tüm kayıtlar gönderilir.",
    en: "It cannot be used with an export, which has all entries.",
  },
  invalid_day: {
    tr: "YYYY-AA-GG biçiminde bir gün olmalıdır.",
    en: "It must be a day, YYYY-MM-DD.",
  },
  future_day: {
    tr: "Gün gelecekte olamaz.",
    en: "The day must not lie in the future.",
  },
  invalid_event_status: {
    tr: "pending, delivered ya da failed olmalıdır.",
    en: "It must be pending, delivered or failed.",
  },
  invalid_type: { tr: "İşlem türü bilinmiyor.", en: "The entry type is unknown." },
  invalid_month: {
    tr: "1 ile 12 arasında bir tam sayı olmalıdır.",
    en: "It must be a whole number from 1 to 12.",
  },
  invalid_year: { tr: "Dört haneli bir yıl olmalıdır.", en: "It must be a year of four digits." },
  invalid_expiry: {
    tr: "Ay ve yıl birlikte verilmeli ve kartın süresi dolmamış olmalıdır.",
    en: "Month and year belong together, and the card must not be expired.",
  },
  invalid_return_url: {
    tr: "RETURN_ORIGINS içindeki bir kökene ait bir adres olmalıdır.",
    en: "It must be an address at one of RETURN_ORIGINS.",
  },
  not_taken_by_gateway: {
    tr: "Filonun ödeme kuruluşu kartı bu yolla kabul etmiyor.",
    en: "The fleet's card gateway does not take cards this way.",
  },
  holds_card_number: {
    tr: "Bir kart numarası içeremez.",
    en: "It must not contain a card number.",
  },
} as const;

/** What pages say to a user whose browser comes from a bank, where no success message says it. */
export const PAGE_TEXTS = {
  page_bank_awaited: { tr: "Banka onayı bekleniyor.", en: "The bank's approval is awaited." },
  page_top_up_unknown: {
    tr: "Bu bakiye yükleme bulunamadı ya da süresi doldu.",
    en: "There is no such top-up, or its time is over.",
  },
  page_unavailable: {
    tr: "Şu anda yanıt verilemiyor. Birazdan sayfayı yenileyin.",
    en: "There is no answer at the moment. Reload the page shortly.",
  },
} as const;

/** Why a card was declined, within the detail of `card_declined`. */
export const DECLINE_REASONS: Readonly<Record<DeclineReason, Translations>> = {
  declined: { tr: "banka onay vermedi", en: "the bank did not approve" },
  insufficient_funds: { tr: "kartta yeterli limit yok", en: "the card has insufficient funds" },
  expired_card: { tr: "kartın süresi dolmuş", en: "the card has expired" },
  authentication_required: {
    tr: "banka 3-D Secure onayı istiyor",
    en: "the bank demands 3-D Secure",
  },
  authentication_failed: { tr: "3-D Secure onayı verilmedi", en: "3-D Secure did not succeed" },
  authentication_expired: {
    tr: "3-D Secure onayının süresi doldu",
    en: "the time for 3-D Secure is over",
  },
  card_gone: {
    tr: "ödeme kuruluşu kartı artık saklamıyor; kartı yeniden saklayın",
    en: "the card gateway no longer keeps the card: save it again",
  },
};

/** The name of the text that says a reason: a problem may have the reason's own name. */
export function declineText(reason: string): string {
  return `decline_${reason}`;
}

/** Texts that the operator replaced, by the name of the variable. */
type TextOverrides = ReadonlyMap<string, string>;

/** The text of a success message, a problem or a field error. */
export interface Texts {
  message(name: string, language: Language): string;
}

type Translations = Readonly<Record<Language, string>>;

const TEXTS: ReadonlyMap<string, Translations> = new Map<string, Translations>([
  ...Object.entries(PROBLEM_TEXTS).map(([code, { tr, en }]) =>
    [code, { tr: tr.title, en: en.title }] as const
  ),
  ...Object.entries(FIELD_MESSAGES),
  ...Object.entries(DECLINE_REASONS).map(([reason, said]) => [declineText(reason), said] as const),
  ...Object.entries(MESSAGES),
  ...Object.entries(PAGE_TEXTS),
]);

/** Every text by the name of its variable: `MSG_BUSY` is Turkish, `MSG_BUSY_EN` English. */
export function listTextVariables(): ReadonlyMap<string, string> {
  return new Map([...TEXTS].flatMap(([name, { tr, en }]) => [
    [`MSG_${name.toUpperCase()}`, tr],
    [`MSG_${name.toUpperCase()}_EN`, en],
  ]));
}

/** The names among `MSG_…` variables that replace no text: most likely misspelt. */
export function findUnknownTexts(overrides: TextOverrides): readonly string[] {
  const known = listTextVariables();
  return [...overrides.keys()].filter((name) => !known.has(name));
}

/** The texts, with those that the operator replaced. */
export function createTexts(overrides: TextOverrides): Texts {
  const texts = new Map(TEXTS);
  for (const [name, { tr, en }] of overrides.size > 0 ? TEXTS : []) {
    const variable = `MSG_${name.toUpperCase()}`;
    texts.set(name, {
      tr: overrides.get(variable) ?? tr,
      en: overrides.get(`${variable}_EN`) ?? en,
    });
  }
  return { message: (name, language) => texts.get(name)?.[language] ?? name };
}
