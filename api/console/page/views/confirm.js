import { html } from "../ui.js";
import { t } from "../i18n/index.js";

/**
 * Asks once more before what cannot be undone. `dialog`: a ref, whose `showModal` opens it; `does` returns whether it went well; `no`: the word of the way out;
 * `children`: what else is asked there.
 */
export function Confirm({ dialog, id, title, text, word, no = t("cancel"), does, children }) {
  const close = () => dialog.current?.close();
  const sure = async () => { if (await does()) close(); };
  return html`<dialog ref=${dialog} class="sheet" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2><p class="dim">${text}</p>${children}
    <div class="actions"><button type="button" class="plain" onclick=${close} autofocus>${no}</button><button type="button" class="urgent" onclick=${sure}>${word}</button></div>
  </dialog>`;
}
