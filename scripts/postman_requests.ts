/**
 * What the Postman collection adds to the endpoints: Turkish names, an order that can be run from top
 * to bottom, and values.
 *
 * @module
 */

/** Where an example puts its parameters. */
export type Place = "query" | "body" | "headers";

/** One request of the collection. */
export interface ExampleRequest {
  readonly operation: string;
  readonly name: string;
  readonly about: string;
  readonly place: Place;
  /** Whose credentials it sends. */
  readonly bearer: "fleetKey" | "sessionToken" | "code" | null;
  /** Values in the place of those that the collection's variables or the definition give. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Variables that are made afresh before it is sent: the name, and JavaScript for the value. */
  readonly makes?: Readonly<Record<string, string>>;
  /** What the answer leaves for later requests: the variable, and where it is in the answer. */
  readonly keeps?: Readonly<Record<string, string>>;
}

export interface Folder {
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
};

// A run has a user of its own: limits count by user, and no card of an earlier run is in the way.
const NEW_USER_NO =
  '"run-" + Date.now().toString(36) + "-" + Math.random().toString(36).slice(2, 8)';

const NEW_USER: readonly ExampleRequest[] = [
  {
    operation: "create_user",
    name: "Kullanıcı Oluşturma (create_user)",
    about: "Yeni bir kullanıcı oluşturur; sonraki istekler onu kullanır.",
    place: "body",
    bearer: "fleetKey",
    makes: { userNo: NEW_USER_NO },
    values: { selectedCard: "1234 5678 1234 1334", balance: "100.00" },
  },
];

const SEED_QUERIES: readonly ExampleRequest[] = [
  {
    operation: "save_card",
    name: "Kart Saklama",
    about:
      "Kullanıcının kartını saklar. Adresteki kart numarası yalnız geliştirmede kabul edilir; canlıda JSON gövdesinde gönderin.",
    place: "query",
    bearer: "fleetKey",
    values: { cardNo: "4242 4242 4242 4242" },
    keeps: { cardId: "body.card.cardId" },
  },
  {
    operation: "pay",
    name: "Kart Saklamalı Ödeme",
    about: "Kullanıcının bakiyesinden öder.",
    place: "query",
    bearer: "fleetKey",
    keeps: { paymentId: "body.paymentId" },
  },
  {
    operation: "refund",
    name: "İade",
    about: "Son ödemeyi, ya da paymentId ile belirtilen ödemeyi bakiyeye iade eder. Yalnız filo.",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "top_up",
    name: "Bakiye Güncelleme",
    about: "Seçili karttan bakiye yükler: balance eklenecek tutardır.",
    place: "query",
    bearer: "fleetKey",
    values: { balance: "100.00" },
    keeps: { topUpId: "body.topUpId" },
  },
  {
    operation: "list_cards",
    name: "Kart Saklama Listesi",
    about: "Saklanan kartları listeler.",
    place: "query",
    bearer: "fleetKey",
  },
];

const SIGN_IN: readonly ExampleRequest[] = [
  {
    operation: "create_code",
    name: "Doğrulama, 1. adım (authenticate_first_route)",
    about: "Tek kullanımlık kod oluşturur. Filo anahtarıyla çağrılınca kod yanıtta döner.",
    place: "body",
    bearer: "fleetKey",
    values: { Filo: "{{fleet}}" },
    keeps: { code: "body.code" },
  },
  {
    operation: "create_session",
    name: "Doğrulama, 2. adım (authenticate_second_route)",
    about: "Kod karşılığında oturum anahtarı verir. Kod tek kullanımlıktır.",
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
    about: "Kullanıcının bakiyesi. Filo başlığına gerek yoktur: oturum filoyu bilir.",
    place: "query",
    bearer: "sessionToken",
  },
  {
    operation: "list_entries",
    name: "İşlemler",
    about: "Hesabın bütün işlemleri, en yenisi önce. Sonraki sayfa: cursor = nextCursor.",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "get_payment",
    name: "Ödeme",
    about: "Bir ödeme ve ondan iade edilen.",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "get_top_up",
    name: "Bakiye Yükleme",
    about: "Bir bakiye yüklemenin durumu.",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "save_card",
    name: "Kart Saklama (JSON gövdesi)",
    about: "Canlıda kart numarası böyle gönderilir.",
    place: "body",
    bearer: "fleetKey",
    values: { cardNo: "5555 5555 5555 4444" },
    keeps: { cardId: "body.card.cardId" },
  },
  {
    operation: "select_card",
    name: "Seçili Kart",
    about: "Bakiye yüklemelerin çekileceği kartı seçer.",
    place: "body",
    bearer: "fleetKey",
  },
  {
    operation: "remove_card",
    name: "Kart Silme",
    about: "Saklanan kartı siler.",
    place: "query",
    bearer: "fleetKey",
  },
  {
    operation: "end_session",
    name: "Çıkış",
    about: "Oturumu bitirir.",
    place: "query",
    bearer: "sessionToken",
  },
];

const SYSTEM: readonly ExampleRequest[] = [
  {
    operation: "health_live",
    name: "Çalışıyor mu",
    about: "Süreç yanıt veriyor mu.",
    place: "query",
    bearer: null,
  },
  {
    operation: "health_ready",
    name: "Hazır mı",
    about: "Veri deposu yanıt veriyor mu.",
    place: "query",
    bearer: null,
  },
];

/** The collection from top to bottom: a user, then the seed's queries. */
export const FOLDERS: readonly Folder[] = [
  { name: "Yeni kullanıcı", requests: NEW_USER },
  { name: "Postman sorguları", requests: SEED_QUERIES },
  { name: "Doğrulama", requests: SIGN_IN },
  { name: "Hesap", requests: ACCOUNT },
  { name: "Sistem", requests: SYSTEM },
];
