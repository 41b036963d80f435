import { html } from "../ui.js";
import { t } from "../i18n/index.js";

/**
 * Asks once more before what cannot be undone. `dialog`: a ref, whose `showModal` opens it; `does` returns whether it went well.
 */
export function Confirm({ dialog, id, title, text, word, does }) {
  const close = () => dialog.current?.close();
  const sure = async () => { if (await does()) close(); };
  return html`<dialog ref=${dialog} class="sheet" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2><p class="dim">${text}</p>
    <div class="actions"><button type="button" class="plain" onclick=${close} autofocus>${t("cancel")}</button><button type="button" class="urgent" onclick=${sure}>${word}</button></div>
  </dialog>`;
}
