import { formatAmount, type Kurus } from "../../domain/money.ts";

/** The page on which the sandbox's bank asks its user: it posts to the callback as a bank's does. */
export function createSandboxPage(
  { callbackUrl, reference, providerRef, amountKurus }: {
    readonly callbackUrl: string;
    readonly reference: string;
    readonly providerRef: string;
    readonly amountKurus: Kurus;
  },
): string {
  return `<!doctype html>
<html lang="tr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sandbox 3-D Secure</title>
<style>body{font-family:system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}
button{font:inherit;padding:.6rem 1.2rem;margin-right:.6rem}</style>
<h1>Sandbox bankası</h1>
<p>${
    formatAmount(amountKurus)
  } TRY tutarındaki ödemeyi onaylıyor musunuz? <span lang="en">Do you approve?</span></p>
<form method="post" action="${escape(callbackUrl)}">
<input type="hidden" name="reference" value="${escape(reference)}">
<input type="hidden" name="providerRef" value="${escape(providerRef)}">
<button name="result" value="approve">Onayla / Approve</button>
<button name="result" value="refuse">Reddet / Refuse</button>
</form>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
