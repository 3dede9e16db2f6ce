// Made by `deno task client`.

/** The routes that take an Idempotency-Key. */
export const KEYED_ROUTES: readonly string[] = [
  "POST /create_user",
  "PUT /kullanici",
  "DELETE /kullanici",
  "PUT /kullanici/auth-kodu",
  "DELETE /oturumlar",
  "POST /kart-saklama",
  "DELETE /kart-saklama",
  "PUT /secili-kart",
  "POST /kart-saklamali-odeme",
  "POST /iade",
  "POST /provizyon",
  "POST /provizyon/{holdId}/tahsilat",
  "POST /provizyon/{holdId}/iptal",
  "POST /update_balance",
  "POST /karta-iade",
  "POST /bakiye-duzeltme",
  "POST /hesap/dondur",
  "POST /hesap/coz",
  "POST /hesap/kapat",
  "POST /filo/olaylar/{id}/yeniden",
  "POST /filo/anahtarlar",
  "DELETE /filo/anahtarlar",
];
