/**
 * What the Postman collection adds to the endpoints: Turkish names, an order that can be run from top
 * to bottom, and values.
 *
 * @module
 */

/** One request of the collection. */
export interface ExampleRequest {
  readonly operation: string;
  readonly name: string;
  /** What is added to the description of the operation. */
  readonly note?: string;
  /** Where the parameters go; by default into the query. */
  readonly place?: "query" | "body" | "headers";
  /** Whose credentials are sent; by default the fleet's. */
  readonly bearer?: "fleetKey" | "sessionToken" | "code" | null;
  /** Values that replace those of the collection's variables and of the definition. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Variables that are set before the request is sent: the name, and JavaScript for the value. */
  readonly makes?: Readonly<Record<string, string>>;
  /** What the answer leaves for later requests: the variable, and where it is in the answer. */
  readonly keeps?: Readonly<Record<string, string>>;
  /** Statuses that are as right as a success, because it depends on the settings which of them comes. */
  readonly mayAlsoAnswer?: readonly number[];
}

interface Folder {
  readonly name: string;
  readonly requests: readonly ExampleRequest[];
}

export const VARIABLES: Readonly<Record<string, string>> = {
  baseUrl: "http://localhost:5000",
  fleet: "hergele",
  fleetKey: "hergele-dev-key",
  userNo: "123456",
  code: "",
  sessionToken: "",
  cardId: "",
  paymentId: "",
  topUpId: "",
  cardRefundId: "",
  holdId: "",
  keyId: "",
  namedKey: "",
  id: "",
  balance: "",
};

// Each run has its own user, because limits count by user and cards of an earlier run would be duplicates.
const NEW_USER_NO =
  '"run-" + Date.now().toString(36) + "-" + Math.random().toString(36).slice(2, 8)';

const NEW_USER: readonly ExampleRequest[] = [
  {
    operation: "create_user",
    name: "Kullanıcı Oluşturma (create_user)",
    note: "Sonraki istekler bu kullanıcıyı kullanır.",
    place: "body",
    makes: { userNo: NEW_USER_NO },
    values: { selectedCard: "1234 5678 1234 1334", balance: "100.00" },
  },
];

const SEED_QUERIES: readonly ExampleRequest[] = [
  {
    operation: "save_card",
    name: "Kart Saklama",
    note:
      "URL'deki kart numarası yalnız geliştirme ortamında kabul edilir; canlı ortamda JSON gövdesinde gönderin.",
    values: { cardNo: "4242 4242 4242 4242" },
    keeps: { cardId: "body.card.cardId" },
  },
  {
    operation: "pay",
    name: "Kart Saklamalı Ödeme",
    keeps: { paymentId: "body.paymentId" },
  },
  { operation: "refund", name: "İade", note: "Yalnız filo iade edebilir." },
  {
    operation: "top_up",
    name: "Bakiye Güncelleme",
    note: "balance, eklenecek tutardır.",
    values: { balance: "100.00" },
    keeps: { topUpId: "body.topUpId" },
  },
  { operation: "list_cards", name: "Kart Saklama Listesi" },
];

const RIDE: readonly ExampleRequest[] = [
  {
    operation: "place_hold",
    name: "Kilit açılınca: provizyon",
    place: "body",
    bearer: "fleetKey",
    values: { amount: "50.00", orderId: "ride-1" },
    keeps: { holdId: "body.holdId" },
  },
  {
    operation: "capture_hold",
    name: "Park edilince: tahsilat",
    note: "Provizyondan kalan kendiliğinden serbest kalır.",
    place: "body",
    bearer: "fleetKey",
    values: { amount: "37.20" },
    keeps: { paymentId: "body.paymentId" },
  },
  {
    operation: "get_hold",
    name: "Sürüşün provizyonu",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "place_hold",
    name: "İptal edilecek sürüş: provizyon",
    place: "body",
    bearer: "fleetKey",
    values: { amount: "20.00", orderId: "ride-2" },
    keeps: { holdId: "body.holdId" },
  },
  {
    operation: "release_hold",
    name: "Sürüş iptali",
    place: "body",
    bearer: "fleetKey",
  },
];

const SUPPORT: readonly ExampleRequest[] = [
  {
    operation: "adjust_balance",
    name: "Bakiye Düzeltme",
    place: "body",
    bearer: "fleetKey",
    values: { direction: "credit", amount: "5.00", reason: "goodwill" },
    keeps: { balance: "body.balance" },
  },
  {
    operation: "card_refund",
    name: "Karta İade",
    note: "Yalnız kartla yüklenmiş ve harcanmamış tutar karta iade edilir.",
    place: "body",
    bearer: "fleetKey",
    values: { amount: "2.50" },
    keeps: { cardRefundId: "body.cardRefundId", balance: "body.balance" },
  },
  { operation: "get_card_refund", name: "Karta İadenin Sonucu", bearer: "fleetKey" },
  {
    operation: "get_user",
    name: "Kullanıcı",
    bearer: "fleetKey",
  },
  {
    operation: "change_user",
    name: "Kullanıcı Güncelleme",
    note: "Yalnız gönderilen alanlar değişir.",
    place: "body",
    bearer: "fleetKey",
    values: { phoneNumber: "0532 765 43 21" },
  },
  {
    operation: "get_user_data",
    name: "Kullanıcının Verileri (KVKK)",
    bearer: "fleetKey",
  },
  {
    operation: "change_auth_code",
    name: "authCode Değiştirme",
    place: "body",
    bearer: "fleetKey",
    values: { authCode: "abcdef2" },
  },
  {
    operation: "end_sessions",
    name: "Oturumları Sonlandırma",
    note: "Telefonunu kaybeden kullanıcı için.",
    bearer: "fleetKey",
  },
  {
    operation: "freeze_account",
    name: "Hesap Dondurma",
    place: "body",
    bearer: "fleetKey",
  },
  {
    operation: "unfreeze_account",
    name: "Hesap Çözme",
    place: "body",
    bearer: "fleetKey",
  },
  {
    operation: "adjust_balance",
    name: "Bakiyeyi nakit geri verme",
    note: "Bakiyesi olan hesap kapatılamaz.",
    place: "body",
    bearer: "fleetKey",
    values: { direction: "debit", amount: "{{balance}}", reason: "cash" },
  },
  {
    operation: "close_account",
    name: "Hesap Kapatma",
    place: "body",
    bearer: "fleetKey",
  },
  {
    operation: "erase_user",
    name: "Kişisel Verileri Silme (KVKK)",
    note: "Yalnız kapatılmış hesapta.",
    bearer: "fleetKey",
  },
];

const FLEET_DESK: readonly ExampleRequest[] = [
  { operation: "list_fleet_users", name: "Kullanıcı Arama", bearer: "fleetKey" },
  {
    operation: "list_fleet_entries",
    name: "Filo İşlemleri",
    note: "Accept: text/csv ile tamamı dosya olarak iner; dil=tr Türkçe Excel içindir.",
    bearer: "fleetKey",
  },
  {
    operation: "get_day_end",
    name: "Gün Sonu",
    note: "final true olduğunda o güne artık hiçbir işlem eklenmez.",
    bearer: "fleetKey",
    values: { gun: "2026-01-01" },
  },
];

const SIGN_IN: readonly ExampleRequest[] = [
  {
    operation: "create_code",
    name: "Doğrulama, 1. adım (authenticate_first_route)",
    note: "Filo anahtarıyla istendiği için kod yanıtta döner.",
    place: "body",
    values: { Filo: "{{fleet}}" },
    keeps: { code: "body.code" },
  },
  {
    operation: "create_session",
    name: "Doğrulama, 2. adım (authenticate_second_route)",
    place: "headers",
    bearer: "code",
    values: { Filo: "{{fleet}}" },
    keeps: { sessionToken: "body.token" },
  },
];

const ACCOUNT: readonly ExampleRequest[] = [
  {
    operation: "get_balance",
    name: "Bakiye (kullanıcının kendi oturumuyla)",
    note: "Oturum anahtarı filoyu da belirttiği için Filo başlığı gerekmez.",
    bearer: "sessionToken",
  },
  {
    operation: "list_entries",
    name: "İşlemler",
    note: "Sonraki sayfa için nextCursor değerini cursor olarak gönderin.",
  },
  { operation: "get_payment", name: "Ödeme" },
  { operation: "get_top_up", name: "Bakiye Yükleme" },
  {
    operation: "save_card",
    name: "Kart Saklama (JSON gövdesi)",
    note: "Canlı ortamda kart numarası böyle gönderilir.",
    place: "body",
    values: { cardNo: "5555 5555 5555 4444" },
    keeps: { cardId: "body.card.cardId" },
  },
  { operation: "select_card", name: "Seçili Kart", place: "body" },
  { operation: "remove_card", name: "Kart Silme" },
  { operation: "end_session", name: "Çıkış", bearer: "sessionToken" },
];

const FLEET_KEYS: readonly ExampleRequest[] = [
  {
    operation: "create_key",
    name: "Anahtar Oluşturma",
    note: "Kasanın anahtarı ödeme alır, iade yapamaz.",
    place: "body",
    bearer: "fleetKey",
    values: { name: "Kadıköy kasası", scopes: ["read", "pay"] },
    keeps: { keyId: "body.keyId", namedKey: "body.key" },
  },
  { operation: "list_keys", name: "Anahtarlar", bearer: "fleetKey" },
  { operation: "revoke_key", name: "Anahtar İptali", bearer: "fleetKey" },
  { operation: "list_audit", name: "Denetim Kayıtları", bearer: "fleetKey" },
];

const EVENTS: readonly ExampleRequest[] = [
  {
    operation: "list_events",
    name: "Olaylar",
    note: "EVENT_WEBHOOKS ile adresi verilmemiş filonun olayı yoktur.",
    keeps: { id: "(body.data[0] ?? { id: 'none' }).id" },
  },
  {
    operation: "repeat_event",
    name: "Olayı yeniden gönder",
    note: "Filonun olayı yoksa 404 döner.",
    mayAlsoAnswer: [404],
  },
];

const SYSTEM: readonly ExampleRequest[] = [
  { operation: "home", name: "Başlangıç", bearer: null },
  { operation: "health_live", name: "Çalışıyor mu", bearer: null },
  { operation: "health_ready", name: "Hazır mı", bearer: null },
];

/** The collection from top to bottom: a user, then the seed's queries. */
export const FOLDERS: readonly Folder[] = [
  { name: "Yeni kullanıcı", requests: NEW_USER },
  { name: "Postman sorguları", requests: SEED_QUERIES },
  { name: "Doğrulama", requests: SIGN_IN },
  { name: "Sürüş", requests: RIDE },
  { name: "Hesap", requests: ACCOUNT },
  { name: "Filo masası", requests: FLEET_DESK },
  { name: "Destek", requests: SUPPORT },
  { name: "Filo anahtarları", requests: FLEET_KEYS },
  { name: "Olaylar", requests: EVENTS },
  { name: "Sistem", requests: SYSTEM },
];
