import { html, useEffect, useRef } from "../ui.js";
import { t } from "../i18n/index.js";
import { dated } from "../lib/format.js";
import { HIDDEN, plain } from "../lib/text.js";
import { firm } from "../service.js";
import { again, failed, letters, look, shown } from "../store/outbox.js";
import { bookingLink, callLink, only } from "../store/route.js";
import { SendAgain, standing, what } from "./deliveries.js";

function Row({ one }) {
  const { id, to, reference, callSid, business, made } = one;
  const known = reference && reference !== HIDDEN;
  return html`<tr data-how=${again.value.get(id)?.how ?? "given_up"}>
    <td><b>${what(one)}</b>${to && html` <bdi class="dim to" dir="auto">${plain(to)}</bdi>`}</td>
    <td class="wide clock" title=${t("outbox.since")}>${dated(Date.parse(made))}</td>
    <td>${known && html`<a href=${bookingLink(reference, callSid)} class="reference">${plain(reference)}</a> `}<a href=${callLink(callSid)}>${t("outbox.call")}</a>${!only.value && firm(business, "") && html` <span class="dim">${firm(business, "")}</span>`}</td>
    <td class="standing"><span role="status">${standing(one)}</span></td>
    <td><${SendAgain} one=${one} /></td></tr>`;
}

/** What could not be delivered: what it was, of which call, why not, and one click to try it again. */
export function Outbox() {
  const title = useRef(null);
  useEffect(() => { title.current.focus({ preventScroll: true }); look(); }, []);
  const list = shown.value.filter(({ business }) => !only.value || business === only.value);
  const none = failed.value ? "outbox.unreachable" : letters.value ? "outbox.none" : "outbox.loading";
  return html`<article class="page" id="page" tabindex="-1" aria-labelledby="page-title"><section class="list">
    <div class="bar"><h2 id="page-title" tabindex="-1" ref=${title}>${t("outbox")} <span class="count">${list.length || ""}</span></h2></div>
    <p class="dim">${t("outbox.text")}</p>
    ${list.length
      ? html`<table class="listing letters"><thead><tr><th scope="col">${t("outbox.what")}</th><th scope="col" class="wide">${t("outbox.since")}</th><th scope="col">${t("outbox.about")}</th><th scope="col">${t("outbox.standing")}</th><th scope="col"><span class="unseen">${t("send_again")}</span></th></tr></thead>
        <tbody>${list.map((one) => html`<${Row} key=${one.id} one=${one} />`)}</tbody></table>`
      : html`<p role="status">${t(none)}</p>`}
  </section></article>`;
}
