import { html } from "../ui.js";
import { t } from "../i18n/index.js";
import { emergencies } from "../store/attention.js";
import { panel } from "../store/caller.js";
import { callLink, route } from "../store/route.js";
import { narrow } from "../store/session.js";
import { Icon } from "./icon.js";

/** An emergency that nobody has taken, where the lane that shows it has no room: it stays until somebody does. */
export function Alarm() {
  const [first, ...others] = emergencies.value.filter((call) => call.sid !== route.value.sid);
  if (!first || !narrow.value || (route.value.view !== "call" && !panel.value)) return null;
  return html`<section class="banner" data-kind="alarm" aria-label=${t("why.emergency")}>
    <p><${Icon} name="alert" /><b>${t("why.emergency")}</b> <bdi dir="auto">${first.title}</bdi> ${others.length > 0 && html`<span class="count">+${others.length}</span>`} <span class="clock">${first.waited}</span></p>
    <a class="button urgent" href=${callLink(first.sid)} onclick=${() => { panel.value = false; }}>${t("look")}</a></section>`;
}
