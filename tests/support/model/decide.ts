import { knownCard } from "./cards.ts";
import { openWallet, removeCard, saveCard, selectCard } from "./card_rules.ts";
import { startCardRefund } from "./card_refund_rules.ts";
import { captureHold, placeHold, refuseClosed, releaseHold } from "./hold_rules.ts";
import { pay, refund, startTopUp } from "./money_rules.ts";
import { adjust, changeStatus } from "./support_rules.ts";
import {
  type Circumstances,
  type Command,
  keyOf,
  refused,
  type Verdict,
  type Wallet,
} from "./wallet.ts";

/** What the contract makes of a command on this wallet; without one there is no such user. */
export function decide(
  wallet: Wallet | undefined,
  command: Command,
  circumstances: Circumstances,
): Verdict {
  if (command.kind === "save_card" && !knownCard(command.number).verified) {
    return refused("invalid_card_number");
  }
  if (wallet === undefined) {
    return command.kind === "create_user"
      ? openWallet(command, circumstances)
      : refused("user_not_found");
  }
  const asked = circumstances.key && wallet.keys.get(keyOf(command, circumstances.key));
  if (asked === JSON.stringify(command)) return { kind: "replayed" };
  if (asked) return refused("idempotency_key_reused");
  return decideOn(wallet, command, circumstances);
}

function decideOn(wallet: Wallet, command: Command, circumstances: Circumstances): Verdict {
  switch (command.kind) {
    case "create_user":
      return refused("user_exists");
    case "save_card":
      return saveCard(wallet, command, circumstances);
    case "select_card":
      return selectCard(wallet, command, circumstances);
    case "remove_card":
      return removeCard(wallet, command, circumstances);
    case "pay":
      return pay(wallet, command, circumstances);
    case "refund":
      return refund(wallet, command, circumstances);
    case "top_up":
      return startTopUp(wallet, command, circumstances);
    case "place_hold":
      return placeHold(wallet, command, circumstances);
    case "capture_hold":
      return captureHold(wallet, command, circumstances);
    case "release_hold":
      return releaseHold(wallet, command, circumstances);
    case "adjust":
      return adjust(wallet, command, circumstances);
    case "card_refund":
      return startCardRefund(wallet, command, circumstances);
    // What is kept of a person is no part of the wallet.
    case "change_profile":
    case "change_auth_code":
      return refuseClosed(wallet) ?? { kind: "unchanged" };
    case "freeze":
    case "unfreeze":
    case "close":
    case "erase":
      return changeStatus(wallet, command, circumstances);
  }
}
