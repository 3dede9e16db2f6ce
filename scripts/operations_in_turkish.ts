/** What each operation does, in Turkish, for the collection and README.tr.md. */
const DOES: Readonly<Record<string, string>> = {
  create_user: "Bakiyesi ve kartlarıyla yeni bir kullanıcı oluşturur.",
  get_user: "Kullanıcının bilgilerini, durumunu ve nelerinin saklandığını gösterir.",
  change_user:
    "Kullanıcının bilgilerini değiştirir; oturum yalnız phoneNumber ve email alanlarını değiştirebilir.",
  change_auth_code:
    "authCode değerini değiştirir ve diğer oturumları sonlandırır; oturum currentAuthCode da gönderir.",
  get_user_data: "Kullanıcı hakkında saklanan her şeyi tek belge olarak verir (KVKK).",
  erase_user:
    "Kapatılmış hesabın kişisel verilerini kalıcı olarak siler; işlemleri ve numarası kalır.",
  end_sessions: "Kullanıcının tüm oturumlarını, isteği yapanı da, sonlandırır.",
  create_code:
    "Tek kullanımlık kod oluşturur: filo anahtarıyla ya da doğru authCode ile istenirse yanıtta verir, yoksa kullanıcıya gönderir.",
  create_session: "Tek kullanımlık kod karşılığında oturum anahtarı verir.",
  end_session: "Oturumu sonlandırır.",
  save_card: "Kullanıcının kartını saklar.",
  list_cards: "Saklanan kartları en eskisinden başlayarak listeler.",
  select_card: "Bakiye yüklemelerin çekileceği kartı seçer.",
  remove_card: "Saklanan bir kartı siler.",
  pay: "Bakiyeden ödeme yapar.",
  get_payment: "Bir ödemeyi ve ne kadarının iade edildiğini gösterir.",
  refund:
    "Bir ödemeyi bakiyeye iade eder; paymentId ya da orderId verilmezse en son ödeme iade edilir.",
  place_hold: "Sürüş başlarken bakiyeden provizyon alır (tutarı ayırır).",
  get_hold: "Bir provizyonu ve sonucunu gösterir.",
  capture_hold:
    "Sürüş bitince provizyonu tahsil eder; tutar verilmezse tamamını alır, kalanı serbest bırakır.",
  release_hold: "Sürüş iptal edilince provizyonu serbest bırakır.",
  adjust_balance: "Kese dışında gelen ya da giden parayı bakiyeye işler.",
  freeze_account: "Hesabı dondurur: yeni ödeme, provizyon ve yükleme yapılamaz.",
  unfreeze_account: "Dondurulmuş hesabı çözer.",
  close_account: "Boş bir hesabı kalıcı olarak kapatır ve oturumlarını sonlandırır.",
  top_up: "Saklanan bir karttan bakiye yükler.",
  get_top_up:
    "Bir bakiye yüklemeyi gösterir; henüz sonuçlanmadıysa sonucunu ödeme altyapısına sorar.",
  card_refund:
    "Bir bakiye yüklemenin tamamını ya da bir bölümünü yüklendiği karta iade eder; topUpId verilmezse iade edilebilecek en yeni yükleme alınır.",
  get_card_refund:
    "Bir karta iadeyi gösterir; henüz sonuçlanmadıysa sonucunu ödeme altyapısına sorar.",
  get_balance: "Bakiyeyi gösterir.",
  list_events: "Filonun olaylarını ve gönderimlerinin durumunu en yenisinden başlayarak listeler.",
  repeat_event: "Bir olayı yeniden gönderir; 410 yanıtıyla durmuş gönderimi de başlatır.",
  list_entries: "Hesabın işlemlerini en yenisinden başlayarak listeler.",
  home:
    "Kese'nin ne olduğunu ve nasıl başlanacağını söyler; tarayıcıda bir sayfa olarak gösterilir.",
  list_fleet_users:
    "Filonun kullanıcılarını numaralarının başına, telefona, e-postaya ya da duruma göre listeler.",
  list_fleet_entries:
    "Filonun tüm işlemlerini en yenisinden başlayarak listeler ya da tamamını dosya olarak verir (Accept: text/csv, application/x-ndjson).",
  create_key:
    "Filonun bir sistemi için yetkileri sınırlı bir anahtar oluşturur; anahtar yalnız bu yanıtta görünür.",
  list_keys: "Filonun iptal edilmemiş anahtarlarını en yenisinden başlayarak listeler.",
  revoke_key: "Bir anahtarı tüm sunucularda hemen geçersiz kılar.",
  list_audit: "Filodan kimin ne istediğini ve sonucunu en yenisinden başlayarak listeler.",
  get_day_end:
    "Bir günün sonunu gösterir: açılış toplamı, türlere göre hareketler, kapanış toplamı, ödeme kuruluşlarına göre yüklemeler ve karta iadeler.",
  health_live: "Sürecin çalıştığını ve sürümünü bildirir; veri depolarına sormaz.",
  health_ready: "Veri depolarının zamanında yazılıp okunabildiğini bildirir.",
};

/** Says in Turkish what an operation does. */
export function describeInTurkish(operation: string): string {
  const does = DOES[operation];
  if (does === undefined) {
    throw new Error(`Cannot say what ${operation} does: operations_in_turkish.ts lacks it`);
  }
  return does;
}
