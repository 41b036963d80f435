import { html, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { address, token } from "../service.js";

/** A line to be taken elsewhere, and a button that copies it; where the browser may not, it is marked for the reader to copy. */
export function Copied({ text }) {
  const line = useRef(null);
  const told = useSignal("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line.current.textContent);
      told.value = t("empty.copied");
    } catch {
      getSelection().selectAllChildren(line.current);
      told.value = t("empty.marked");
    }
  };
  return html`<div class="command"><code ref=${line} tabindex="0">${text}</code><button type="button" class="plain" onclick=${copy}>${t("empty.copy")}</button><span class="dim" role="status">${told}</span></div>`;
}

/** The first turn of a call, as anybody posts it: with this very address, and no token but its place. */
const command = () => `curl -s ${address}/ai/conversation ${token.get() ? '-H "Authorization: Bearer $SLOTLINE_TOKEN" ' : ""}-d '{"callSid": "first", "customerMessage": {"message": ""}}'`;

/** The same, for a terminal. */
export const Command = () => html`<${Copied} text=${command()} />`;
