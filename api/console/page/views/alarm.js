import { html } from "../ui.js";
import { t } from "../i18n/index.js";
import { emergencies } from "../store/attention.js";
import { panel } from "../store/caller.js";
import { callLink, route } from "../store/route.js";
import { narrow } from "../store/session.js";
import { unseen } from "../store/sight.js";
import { Icon } from "./icon.js";

const PAGES = new Set(["bookings", "outbox"]);
/** An emergency that nobody has taken, where its row is out of sight or under a page or the caller's panel: it stays until somebody does. */
export function Alarm() {
  const covered = (narrow.value && panel.value) || PAGES.has(route.value.view);
  const [first, ...others] = emergencies.value.filter((call) => call.sid !== route.value.sid && (covered || unseen.value.has(call.sid)));
  if (!first) return null;
  return html`<section class="banner" data-kind="alarm" aria-label=${t("why.emergency")}>
    <p><${Icon} name="alert" /><b>${t("why.emergency")}</b> <bdi dir="auto">${first.title}</bdi> ${others.length > 0 && html`<span class="count">+${others.length}</span>`} <span class="clock">${first.waited}</span></p>
    <a class="button urgent" href=${callLink(first.sid)} onclick=${() => { panel.value = false; }}>${t("look")}</a></section>`;
}
