import { html } from "../ui.js";
import { coded, t } from "../i18n/index.js";
import { minute } from "../lib/format.js";
import { whole } from "../store/link.js";
import { again, sendAgain } from "../store/outbox.js";
import { me } from "../store/session.js";
import { press, whyOff } from "./off.js";

/** What a delivery is: a mail or a webhook, and on which occasion. */
export const what = ({ kind, occasion }) => `${coded("delivery", kind)}: ${coded("occasion", occasion)}`;
/** Why one did not arrive; an answer of the other side by its number. */
export function whyNot(code) {
  const [, side, number] = /^(http|smtp)_(\d+)$/.exec(code) ?? [];
  return side ? t(`undelivered.${side}`, { n: number }) : coded("undelivered", code);
}
const at = (due) => minute(Date.parse(due));
/** How it stands with one: what was last heard of it goes before what the list said. */
export function standing(one) {
  const { how, why, due } = again.value.get(one.id) ?? {};
  if (how === "waiting") return t("delivery.waiting", { why: whyNot(why), time: at(due) });
  if (how === "back") return t("delivery.back", { why: whyNot(why) });
  if (how) return t(`delivery.${how}`);
  if (one.state === "given_up") return t("delivery.given_up", { why: whyNot(one.why), n: one.tries });
  return one.tries ? t("delivery.waiting", { why: whyNot(one.why), time: at(one.due) }) : t("delivery.due");
}
const STOPS = new Set(["sending", "waiting", "arrived", "gone"]);
/** One click, where one may and there is anything to be sent again. */
export function SendAgain({ one }) {
  if (!me.may("people") || one.state !== "given_up" || STOPS.has(again.value.get(one.id)?.how)) return null;
  return html`<button type="button" class="plain" aria-label=${t("send_again.named", { what: what(one) })} aria-disabled=${whole.value ? undefined : "true"} title=${whyOff(whole)} onclick=${press(() => sendAgain(one), whole)}>${t("send_again")}</button>`;
}
