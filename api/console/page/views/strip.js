import { computed, html } from "../ui.js";
import { coded, t } from "../i18n/index.js";
import { everyone, find, needing } from "../store/calls.js";
import { callLink, left, route } from "../store/route.js";

const MOST = 6;
/** What one follows beside the opened call: the one that was open before, those one holds, those that wait. An emergency has its own bar. */
const beside = computed(() => {
  const held = everyone().filter((each) => each.mine.value);
  const found = new Set([find(left.value), ...held, ...needing.value]);
  return [...found].filter((each) => each && each.open.value && each.sid !== route.value.sid && each.need.value !== "emergency").slice(0, MOST);
});

/** Where there is no room for the board beside a call: the others in one row, each with what was said last. */
export function Strip() {
  if (!beside.value.length) return null;
  return html`<nav class="strip" aria-label=${t("others")}><ul>${beside.value.map((call) => html`<li key=${call.sid} data-why=${call.need} data-mine=${call.mine}>
    <a href=${callLink(call.sid)}><b><bdi dir="auto">${call.title}</bdi></b> <span class="tag">${call.need.value ? coded("why", call.need.value) : call.tag}</span>
      <bdi class="words" dir="auto" data-who=${call.row[1].who}>${call.row[1].text}</bdi></a></li>`)}</ul></nav>`;
}
