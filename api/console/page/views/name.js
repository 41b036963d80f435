import { html, signal, useEffect, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { desk } from "../service.js";
import { open } from "../store/link.js";
import { alias, me, NAME } from "../store/session.js";

export const nameSheet = signal(false);

/** Under which name calls are taken here, where the token does not say it. Others see it beside the calls that one holds. */
export function NameSheet() {
  const [dialog, field] = [useRef(null), useRef(null)];
  const wrong = useSignal(false);
  useEffect(() => { if (nameSheet.value) dialog.current.showModal(); }, [nameSheet.value]);
  if (!nameSheet.value) return null;
  const save = (event) => {
    event.preventDefault();
    const name = field.current.value.trim();
    wrong.value = Boolean(name) && !NAME.test(name);
    if (wrong.value) return;
    alias.value = name === desk.value.me.name ? "" : name;
    dialog.current.close();
    open(); // the stream says whose it is
  };
  return html`<dialog class="sheet" ref=${dialog} aria-labelledby="name-title" onclose=${() => { nameSheet.value = false; wrong.value = false; }}>
    <form onsubmit=${save}>
      <h2 id="name-title">${t("name.title")}</h2><p class="dim">${t("name.text")}</p>
      <label for="name-field">${t("name.label")}</label>
      <input id="name-field" ref=${field} defaultValue=${me.id} maxlength="64" autocomplete="off" autofocus aria-invalid=${String(wrong.value)} aria-describedby="name-why" />
      <p class="why-not" id="name-why" role="alert">${wrong.value ? t("name.wrong") : ""}</p>
      <div class="actions"><button type="button" class="plain" onclick=${() => dialog.current.close()}>${t("cancel")}</button><button type="submit" class="main">${t("save")}</button></div>
    </form>
  </dialog>`;
}
