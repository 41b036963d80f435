import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { demonstration, listening, say } from "../store/caller.js";
import { narrow } from "../store/session.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const ALL = new Set(KEYS);

/**
 * Keys of a telephone: what is pressed is one answer, sent when as many keys came as are waited for, at "#", or when no other comes for as long as
 * the answer to the last turn said.
 */
export function Keypad() {
  const keyed = useSignal("");
  const [timer, pad] = [useRef(0), useRef(null)];
  const { digits, pauseMs } = listening.value;
  useEffect(() => () => clearTimeout(timer.current), []);
  useLayoutEffect(() => { // it folds: whoever pressed a key goes on by typing
    if (!digits && pad.current.contains(document.activeElement)) document.getElementById("caller-say")?.focus({ preventScroll: true });
  }, [digits]);
  const send = () => {
    clearTimeout(timer.current);
    const pressed = keyed.value;
    keyed.value = "";
    if (pressed) say("", { digits: pressed });
  };
  const press = (key) => {
    clearTimeout(timer.current);
    if (key !== "#" || !keyed.value) keyed.value += key;
    if (key === "#" || (digits && keyed.value.length >= digits)) send();
    else timer.current = setTimeout(send, Math.max(pauseMs, 1500));
  };
  const typed = (event) => {
    if (!ALL.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    press(event.key);
  };
  return html`<details class="keypad" ref=${pad} open=${digits > 0 && !demonstration.value && !narrow.value}>
    <summary>${t("caller.keypad")}${digits > 0 && html` <span class="dim">${t("caller.keys_wanted", { n: digits })}</span>`}</summary>
    <div role="group" data-quick aria-label=${t("caller.keypad")} onkeydown=${typed}>${KEYS.map((key) => html`<button type="button" class="plain" key=${key} aria-label=${t("caller.key", { key })} onclick=${() => press(key)}>${key}</button>`)}</div>
    <p class="keyed" role="status">${keyed}</p>
  </details>`;
}
