import { html, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { business, desk } from "../service.js";
import { why } from "../store/actions.js";
import { feed } from "../store/bookings.js";
import { only } from "../store/route.js";
import { me } from "../store/session.js";
import { Copied } from "./command.js";
import { Icon } from "./icon.js";

/** The address of a business's calendar, for whoever may give it away; of several businesses, of the one that is looked at. */
export function Feed() {
  const dialog = useRef(null);
  const told = useSignal({});
  if (!me.may("people")) return null;
  const several = desk.value.businesses.length > 1 && !only.value;
  const open = async () => {
    told.value = {};
    dialog.current.showModal();
    if (several) return;
    const answer = await feed(business(only.value).id);
    told.value = answer.status === 200 ? { url: answer.body.url } : { why: why(answer) };
  };
  const close = () => dialog.current.close();
  const { url, why: not } = told.value;
  return html`<button type="button" class="plain to-feed" title=${t("feed")} onclick=${open}><${Icon} name="calendar" /><span class="named">${t("feed")}</span></button>
    <dialog class="sheet feed" ref=${dialog} aria-labelledby="feed-title" onclose=${() => { told.value = {}; }}>
      <h2 id="feed-title">${t("feed.title", { business: several ? "" : business(only.value).name })}</h2>
      <p class="dim">${t(several ? "feed.which" : "feed.text")}</p>
      ${url && html`<${Copied} text=${url} />`}<p class="why-not" role="alert">${not}</p>
      <div class="actions"><button type="button" class="main" autofocus onclick=${close}>${t("close")}</button></div>
    </dialog>`;
}
