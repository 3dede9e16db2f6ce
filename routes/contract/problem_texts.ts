import {
  CARDS_PER_ACCOUNT,
  IDEMPOTENCY_KEY_MAX_LENGTH,
  NAMED_KEYS_PER_FLEET,
  ORDER_SEARCH_PAGES,
  PAGE_SCAN_MAX,
  REFUND_WINDOW_DAYS,
  USER_NO_MAX_LENGTH,
} from "../../domain/limits.ts";
import type { Language } from "../../domain/idempotency.ts";
import { AMOUNT_MAX, AMOUNT_MIN, BALANCE_MAX, BODY_MAX_BYTES, URL_MAX_LENGTH } from "./limits.ts";
import type { ProblemCode } from "./problems.ts";

/**
 * What a refusal says. A detail says what to do next, or there is none. `{name}` in it is filled with
 * the fact of that name. Of the parts in a pair of brackets, divided by `|`, the first is said whose
 * facts are all known.
 */
interface ProblemText {
  readonly title: string;
  readonly detail?: string;
}

const SEARCHED = ORDER_SEARCH_PAGES * PAGE_SCAN_MAX;

/** The texts of every problem. */
export const PROBLEM_TEXTS: Readonly<
  Record<ProblemCode, Readonly<Record<Language, ProblemText>>>
> = {
  malformed_request: {
    tr: {
      title: "İstek okunamadı.",
      detail:
        "Geçerli bir Host başlığı gönderin. Gövde, UTF-8 kodlu tek bir JSON nesnesi olmalıdır; GET isteği gövde almaz.",
    },
    en: {
      title: "The request cannot be read.",
      detail:
        "Send a valid Host header. A body must be a single JSON object in UTF-8; a GET takes none.",
    },
  },
  missing_parameter: {
    tr: { title: "Zorunlu parametre eksik.", detail: "Şunları da gönderin: {parameters}." },
    en: { title: "A required parameter is missing.", detail: "Send these too: {parameters}." },
  },
  unknown_parameter: {
    tr: {
      title: "Parametre bilinmiyor.",
      detail:
        "Bu uç noktanın {parameter} adlı bir parametresi yok.[ Şunu mu demek istediniz: {nearest}?][ Parametreleri: {parameters}.| Parametre almaz.]",
    },
    en: {
      title: "The parameter is unknown.",
      detail:
        "This route has no parameter {parameter}.[ Did you mean {nearest}?][ It takes {parameters}.| It takes none.]",
    },
  },
  conflicting_parameters: {
    tr: { title: "Parametreler çelişiyor.", detail: "Yalnız bir kez gönderin: {parameters}." },
    en: { title: "Parameters conflict.", detail: "Send only once: {parameters}." },
  },
  conflicting_headers: {
    tr: {
      title: "Başlık birden fazla kez gönderildi.",
      detail: "Yalnız bir kez gönderin: {header}.",
    },
    en: { title: "A header was sent more than once.", detail: "Send only once: {header}." },
  },
  invalid_idempotency_key: {
    tr: {
      title: "Idempotency-Key geçersiz.",
      detail: `1-${IDEMPOTENCY_KEY_MAX_LENGTH} yazdırılabilir ASCII karakterden oluşmalıdır.`,
    },
    en: {
      title: "The Idempotency-Key is invalid.",
      detail: `It must be 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} printable ASCII characters.`,
    },
  },
  card_number_in_url: {
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
    tr: {
      title: "Kullanıcı doğrulanamadı.",
      detail:
        "Kodu ya da authCode değerini kontrol edin; /authenticate_first_route yeni bir kod verir.",
    },
    en: {
      title: "The user could not be authenticated.",
      detail: "Check the code or the authCode; /authenticate_first_route gives a new code.",
    },
  },
  insufficient_balance: {
    tr: {
      title: "Bakiye yetersiz.",
      detail:
        "Kullanılabilir bakiye {available} TRY, istenen {amount} TRY: POST /update_balance ile bakiye yükleyin.",
    },
    en: {
      title: "The balance is too low.",
      detail:
        "{available} TRY is available, {amount} TRY is asked for: top up with POST /update_balance.",
    },
  },
  account_frozen: {
    tr: {
      title: "Hesap dondurulmuş.",
      detail: "Filo POST /hesap/coz ile çözene kadar yeni işlem yapılamaz.",
    },
    en: {
      title: "The account is frozen.",
      detail: "It takes nothing new until the fleet unfreezes it with POST /hesap/coz.",
    },
  },
  hold_not_found: {
    tr: { title: "Provizyon bulunamadı." },
    en: { title: "The hold was not found." },
  },
  key_not_found: {
    tr: {
      title: "Anahtar bulunamadı.",
      detail: "Filonun anahtarlarını GET /filo/anahtarlar gösterir.",
    },
    en: {
      title: "The key was not found.",
      detail: "GET /filo/anahtarlar shows the fleet's keys.",
    },
  },
  too_many_keys: {
    tr: {
      title: "Anahtar sayısı üst sınıra ulaştı.",
      detail:
        `Bir filonun en fazla ${NAMED_KEYS_PER_FLEET} geçerli anahtarı olabilir. Kullanılmayan birini iptal edin.`,
    },
    en: {
      title: "The fleet has too many keys.",
      detail: `A fleet may have ${NAMED_KEYS_PER_FLEET} valid keys. Revoke one that is not in use.`,
    },
  },
  key_shown_once: {
    tr: {
      title: "Anahtar daha önce oluşturuldu ve bir daha gösterilmez.",
      detail: "Yanıtı almadıysanız {keyId} anahtarını iptal edip yenisini oluşturun.",
    },
    en: {
      title: "The key was made by an earlier request and is not shown again.",
      detail: "If you did not get that answer, revoke {keyId} and make another.",
    },
  },
  event_not_found: {
    tr: {
      title: "Olay bulunamadı.",
      detail: "Olayın kimliğini GET /filo/olaylar listesinden alın.",
    },
    en: {
      title: "The event was not found.",
      detail: "Take the id of the event from GET /filo/olaylar.",
    },
  },
  hold_closed: {
    tr: {
      title: "Provizyon artık açık değil.",
      detail: "Durumu: {holdStatus}; ayrıntısını GET /provizyon gösterir.",
    },
    en: {
      title: "The hold is no longer open.",
      detail: "It is {holdStatus}; GET /provizyon shows it.",
    },
  },
  too_many_holds: {
    tr: {
      title: "Açık provizyon sayısı üst sınıra ulaştı.",
      detail: "Birini tahsil ya da iptal edip yeniden deneyin.",
    },
    en: {
      title: "Too many holds are open.",
      detail: "Capture or release one of them and try again.",
    },
  },
  account_not_frozen: {
    tr: { title: "Hesap dondurulmuş değil." },
    en: { title: "The account is not frozen." },
  },
  account_closed: {
    tr: {
      title: "Hesap kapatılmış.",
      detail: "Yalnız görüntülenebilir; gerekirse başka bir numarayla yeni kullanıcı oluşturun.",
    },
    en: {
      title: "The account is closed.",
      detail: "It can only be looked at; create another user under another number if need be.",
    },
  },
  account_not_closed: {
    tr: {
      title: "Hesap kapatılmamış.",
      detail: "Kişisel veriler yalnız kapatılmış bir hesapta silinebilir: önce hesabı kapatın.",
    },
    en: {
      title: "The account is not closed.",
      detail: "Personal data can be erased only once the account is closed: close it first.",
    },
  },
  account_not_empty: {
    tr: {
      title: "Hesap boş değil.",
      detail:
        "Bakiye {balance} TRY, açık provizyon {holds}, sonuçlanmamış bakiye yükleme {openTopUps}: hepsi sıfır olmalı.",
    },
    en: {
      title: "The account is not empty.",
      detail:
        "Balance {balance} TRY, open holds {holds}, open top-ups {openTopUps}: all must be 0.",
    },
  },
  card_declined: {
    tr: {
      title: "Kart reddedildi.",
      detail: "Neden: {declineReason}. Başka bir kartla yeniden deneyin.",
    },
    en: { title: "The card was declined.", detail: "Reason: {declineReason}. Try another card." },
  },
  forbidden: {
    tr: {
      title: "Bu işlem için yetkiniz yok.",
      detail:
        "[Bu anahtarın {scope} yetkisi yok: bu yetkisi olan bir anahtarı ya da filo anahtarını kullanın.|Oturum yalnız kendi kullanıcısı adına işlem yapar ve iade yapamaz; diğer işlemler filo anahtarıyla yapılır.][ Oturumla değiştirilemeyenler: {parameters}.]",
    },
    en: {
      title: "You may not do this.",
      detail:
        "[This key lacks the scope {scope}: use one that has it, or the fleet key.|A session acts only for its own user and cannot refund; everything else takes a fleet key.][ A session cannot change {parameters}.]",
    },
  },
  not_found: {
    tr: {
      title: "İstenen adres (endpoint) bulunamadı.",
      detail: "GET /openapi.json tüm uç noktaları listeler.",
    },
    en: { title: "There is no such route.", detail: "GET /openapi.json lists every route." },
  },
  user_not_found: {
    tr: {
      title: "Kullanıcı bulunamadı.",
      detail: "userNo değerini kontrol edin ya da kullanıcıyı POST /create_user ile oluşturun.",
    },
    en: {
      title: "The user was not found.",
      detail: "Check the userNo, or create the user with POST /create_user.",
    },
  },
  no_cards: {
    tr: { title: "Kayıtlı kart yok.", detail: "POST /kart-saklama ile bir kart saklayın." },
    en: { title: "No card is saved.", detail: "Save one with POST /kart-saklama." },
  },
  card_not_found: {
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
    tr: { title: "Ödeme bulunamadı.", detail: "Kullanıcının ödemelerini GET /islemler gösterir." },
    en: { title: "The payment was not found.", detail: "GET /islemler shows the user's payments." },
  },
  top_up_not_found: {
    tr: {
      title: "Bakiye yükleme bulunamadı.",
      detail: "Kullanıcının bakiye yüklemelerini GET /islemler gösterir.",
    },
    en: { title: "The top-up was not found.", detail: "GET /islemler shows the user's top-ups." },
  },
  card_refund_not_found: {
    tr: {
      title: "Karta iade bulunamadı.",
      detail: "Kullanıcının karta iadelerini GET /islemler gösterir.",
    },
    en: {
      title: "The card refund was not found.",
      detail: "GET /islemler shows the user's card refunds.",
    },
  },
  method_not_allowed: {
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
    tr: {
      title: "Bu kullanıcı zaten kayıtlı.",
      detail: "Bu kullanıcıyla devam edin ya da başka bir userNo seçin.",
    },
    en: {
      title: "The user exists already.",
      detail: "Use this user, or choose another userNo.",
    },
  },
  duplicate_card: {
    tr: { title: "Kart zaten kayıtlı.", detail: "Kayıtlı olanı kullanın: {cardId}." },
    en: { title: "The card is already saved.", detail: "Use the saved one: {cardId}." },
  },
  card_in_use: {
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
    tr: {
      title: "Sonuçlanmamış bakiye yükleme sayısı üst sınıra ulaştı.",
      detail: "Biri sonuçlanınca yeniden deneyin.",
    },
    en: { title: "Too many top-ups are open.", detail: "Try again when one of them has ended." },
  },
  ambiguous_order: {
    tr: {
      title: "orderId tek bir ödemeyi belirlemiyor.",
      detail:
        `Ödemenin paymentId değerini gönderin[; bulunanlar: {paymentIds}]. Son ${SEARCHED} işlem aranır.`,
    },
    en: {
      title: "The orderId does not name one payment alone.",
      detail:
        `Send the payment's paymentId[; these were found: {paymentIds}]. The newest ${SEARCHED} entries are searched.`,
    },
  },
  already_refunded: {
    tr: {
      title: "Ödeme zaten iade edildi.",
      detail:
        "{paymentId} ödemesinden iade edilecek tutar kalmadı; başka bir ödemeyi iade etmek için onun paymentId değerini gönderin.",
    },
    en: {
      title: "The payment is already refunded.",
      detail:
        "Nothing of {paymentId} is left to refund; to refund another payment, send its paymentId.",
    },
  },
  nothing_to_refund: {
    tr: {
      title: "Karta iade edilecek tutar yok.",
      detail:
        "[{topUpId} yüklemesinden karta iade edilecek tutar kalmadı. ]Yalnız kartla yüklenmiş, harcanmamış ve kullanılabilir olan tutar karta iade edilir.",
    },
    en: {
      title: "Nothing can go back to a card.",
      detail:
        "[Nothing of {topUpId} is left to go back. ]Only what a card brought, that is unspent and available, can go back.",
    },
  },
  card_refund_refused: {
    tr: {
      title: "Karta iade reddedildi.",
      detail:
        "Tutar bakiyede duruyor. Nedenini, {topUpId} yüklemesinin yapıldığı ödeme altyapısına sorun.",
    },
    en: {
      title: "The card refund was refused.",
      detail: "The balance has the amount. Ask the card gateway that charged {topUpId}.",
    },
  },
  too_many_open_card_refunds: {
    tr: {
      title: "Sonuçlanmamış karta iade sayısı üst sınıra ulaştı.",
      detail: "Biri sonuçlanınca yeniden deneyin.",
    },
    en: {
      title: "Too many card refunds are open.",
      detail: "Try again when one of them has ended.",
    },
  },
  payload_too_large: {
    tr: {
      title: "İstek gövdesi çok büyük.",
      detail: `En fazla ${BODY_MAX_BYTES / 1024} KiB gönderin.`,
    },
    en: {
      title: "The request body is too large.",
      detail: `Send at most ${BODY_MAX_BYTES / 1024} KiB.`,
    },
  },
  uri_too_long: {
    tr: {
      title: "URL çok uzun.",
      detail: `En fazla ${
        URL_MAX_LENGTH / 1024
      } KiB olabilir: parametreleri JSON gövdesinde gönderin.`,
    },
    en: {
      title: "The URL is too long.",
      detail: `At most ${
        URL_MAX_LENGTH / 1024
      } KiB are allowed: send the parameters in the JSON body.`,
    },
  },
  unsupported_media_type: {
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
    tr: {
      title: "Bazı alanlar geçersiz.",
      detail: "Şunları düzeltin: {parameters}. Nedenleri errors alanındadır.",
    },
    en: {
      title: "Some fields are invalid.",
      detail: "Correct these: {parameters}. The errors member says why.",
    },
  },
  invalid_user_no: {
    tr: {
      title: "Kullanıcı numarası geçersiz.",
      detail:
        `Metin olarak 1-${USER_NO_MAX_LENGTH} karakter: A-Z, a-z, 0-9, tire, alt çizgi (Türkçe harf içeremez); kart numarası olamaz.`,
    },
    en: {
      title: "The user number is invalid.",
      detail:
        `It must be 1 to ${USER_NO_MAX_LENGTH} characters of A-Z, a-z, 0-9, dash and underscore, and no card number.`,
    },
  },
  invalid_amount: {
    tr: {
      title: "Tutar geçersiz.",
      detail:
        `${AMOUNT_MIN} ile ${AMOUNT_MAX} arasında olmalıdır; ondalık ayırıcı noktadır (örnek: 10.50).`,
    },
    en: {
      title: "The amount is invalid.",
      detail:
        `It must be between ${AMOUNT_MIN} and ${AMOUNT_MAX}, with at most two digits after the point (for example 10.50).`,
    },
  },
  invalid_card_number: {
    tr: {
      title: "Kart numarası geçersiz.",
      detail: "Kontrol basamağı (Luhn) doğru olan 12-19 haneli bir numara gönderin.",
    },
    en: {
      title: "The card number is invalid.",
      detail: "Send 12 to 19 digits with a correct check digit (Luhn).",
    },
  },
  too_many_cards: {
    tr: {
      title: "Kart sayısı üst sınıra ulaştı.",
      detail:
        `En fazla ${CARDS_PER_ACCOUNT} kart saklanabilir: DELETE /kart-saklama ile birini silin.`,
    },
    en: {
      title: "Too many cards are saved.",
      detail:
        `At most ${CARDS_PER_ACCOUNT} cards can be saved: remove one with DELETE /kart-saklama.`,
    },
  },
  card_not_chargeable: {
    tr: {
      title: "Karttan tahsilat yapılamaz.",
      detail:
        "Yalnız doğrulanmış (verified), süresi dolmamış ve ödeme kuruluşunda kayıtlı bir karttan tahsilat yapılır: POST /kart-saklama ile bir kart saklayın ya da böyle bir kartın cardId değerini gönderin. saveAgain true ise kartı silip yeniden saklayın.",
    },
    en: {
      title: "The card cannot be charged.",
      detail:
        "Only a verified card can be charged that has not expired and that the card gateway keeps: save one with POST /kart-saklama, or send the cardId of such a one. If saveAgain is true, remove the card and save it again.",
    },
  },
  card_refused: {
    tr: {
      title: "Ödeme kuruluşu kartı kabul etmedi.",
      detail: "Kart bilgilerini kontrol edin ya da başka bir kart saklayın.",
    },
    en: {
      title: "The card gateway does not take the card.",
      detail: "Check the card's data, or save another card.",
    },
  },
  refund_exceeds_payment: {
    tr: {
      title: "İade tutarı, ödemenin iade edilebilir tutarını aşıyor.",
      detail: "En fazla {refundable} TRY iade edilebilir; istenen {amount} TRY.",
    },
    en: {
      title: "The refund exceeds the payment.",
      detail: "At most {refundable} TRY can be refunded; {amount} TRY was requested.",
    },
  },
  refund_exceeds_top_up: {
    tr: {
      title: "İade tutarı, yüklemenin karta iade edilebilir tutarını aşıyor.",
      detail: "Karta en fazla {refundable} TRY iade edilebilir; istenen {amount} TRY.",
    },
    en: {
      title: "The card refund exceeds the top-up.",
      detail: "At most {refundable} TRY can go back to the card; {amount} TRY was requested.",
    },
  },
  only_whole_top_up: {
    tr: {
      title: "Bu yüklemenin bir bölümü karta iade edilemez.",
      detail: "Ödeme altyapısı yalnız tamamını, {amount} TRY tutarını iade eder.",
    },
    en: {
      title: "A part of this top-up cannot go back to the card.",
      detail: "Its card gateway gives back only all of it, {amount} TRY.",
    },
  },
  refund_window_passed: {
    tr: {
      title: "İade süresi geçti.",
      detail:
        `Bir ödeme ${REFUND_WINDOW_DAYS} gün, bir bakiye yükleme ödeme altyapısının tanıdığı süre içinde iade edilebilir.`,
    },
    en: {
      title: "The refund window has passed.",
      detail:
        `A payment can be refunded within ${REFUND_WINDOW_DAYS} days, a top-up within what its card gateway allows.`,
    },
  },
  balance_limit_exceeded: {
    tr: {
      title: "Bakiye sınırı aşılıyor.",
      detail:
        `Bakiye {balance} TRY, yükleme {amount} TRY; toplamı en fazla ${BALANCE_MAX} TRY olabilir.`,
    },
    en: {
      title: "The balance limit is exceeded.",
      detail:
        `The balance is {balance} TRY, the top-up {amount} TRY; together they may be at most ${BALANCE_MAX} TRY.`,
    },
  },
  idempotency_key_reused: {
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
    tr: {
      title: "Çok fazla istek gönderildi.",
      detail: "{retryAfterSeconds} saniye sonra yeniden deneyin.",
    },
    en: { title: "Too many requests.", detail: "Try again in {retryAfterSeconds} seconds." },
  },
  internal: {
    tr: { title: "Beklenmeyen bir hata oluştu." },
    en: { title: "An unexpected error occurred." },
  },
  not_ready: {
    tr: { title: "Sistem hazır değil.", detail: "Yanıt vermeyenleri kontrol edin: {stores}." },
    en: { title: "The system is not ready.", detail: "Check those that do not answer: {stores}." },
  },
  code_delivery_unavailable: {
    tr: {
      title: "Doğrulama kodu gönderilemiyor.",
      detail: "Kodu authCode ile isteyin ya da filo anahtarıyla alın.",
    },
    en: {
      title: "One-time codes cannot be sent.",
      detail: "Send the authCode, or have the fleet ask for the code with its key.",
    },
  },
  busy: {
    tr: { title: "Sistem yoğun.", detail: "Hiçbir şey değişmedi; yeniden deneyin." },
    en: { title: "The system is busy.", detail: "Nothing has changed; try again." },
  },
  outcome_unknown: {
    tr: { title: "Sonuç bilinmiyor.", detail: "Aynı Idempotency-Key ile yeniden deneyin." },
    en: {
      title: "The outcome is unknown.",
      detail: "Repeat the request with the same Idempotency-Key.",
    },
  },
  store_inconsistent: {
    tr: {
      title: "Hesabın kayıtları birbiriyle çelişiyor.",
      detail: "Hiçbir şey değişmedi; işletmeci kayıtları onarmadan bu hesapta işlem yapılamaz.",
    },
    en: {
      title: "The records of the account contradict each other.",
      detail:
        "Nothing has changed; the operator has to repair them before this account can be used.",
    },
  },
};
