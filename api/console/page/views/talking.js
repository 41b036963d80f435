import { html, useEffect, useLayoutEffect, useRef } from "../ui.js";
import { t } from "../i18n/index.js";
import { phone } from "../lib/format.js";
import { again, afresh, byPerson, called, callBack, demonstration, hang, lines, listening, outcome, panel, phase, progress, say, sid, stay, thinking, trouble, typing } from "../store/caller.js";
import { callLink } from "../store/route.js";
import { aloud, narrow } from "../store/session.js";
import { canHear, canSay, ear, hush } from "../store/voice.js";
import { Icon } from "./icon.js";
import { Keypad } from "./keypad.js";
import { Said } from "./said.js";

const HINTS = 3;

function Heard() {
  const box = useRef(null);
  useLayoutEffect(() => { box.current.scrollTop = box.current.scrollHeight; }, [lines.value.length, thinking.value]);
  return html`<ol class="heard" ref=${box} role="log" aria-busy=${String(thinking.value)} aria-label=${t("caller.heard")} tabindex="0">
    ${lines.value.map((line, at) => html`<li key=${at} data-who=${byPerson(line) ? "agent" : line.speaker}><span class="unseen">${t(line.speaker === "customer" ? "caller.you" : byPerson(line) ? "who.agent" : "who.AI")}: </span>
      ${line.keys ? html`<span class="keyed">${t("caller.keyed", { keys: line.keys })}</span>` : html`<${Said} text=${line.message} />`}</li>`)}
    ${thinking.value && html`<li data-who="AI" class="dim" aria-hidden="true">${t("caller.thinking")}</li>`}</ol>
    ${trouble.value && html`<p class="why-not" role="alert">${trouble.value} <button type="button" class="plain" onclick=${again}>${t("caller.again")}</button></p>`}`;
}
/** By voice, where the browser can; read aloud, where it can. */
function Voice() {
  const listens = () => {
    hush();
    ear.value = ear.value === "on" ? "off" : "on";
  };
  const reads = (event) => {
    aloud.value = event.target.checked ? "on" : "off";
    if (aloud.value === "off") hush();
  };
  return html`<div class="actions">
    ${canHear && html`<button type="button" class="plain" aria-pressed=${String(ear.value === "on")} onclick=${listens}><${Icon} name="mic" />${t(ear.value === "on" ? "caller.listening" : "caller.speak")}</button>`}
    ${canSay && html`<label class="check"><input type="checkbox" checked=${aloud.value === "on"} onchange=${reads} />${t("caller.aloud")}</label>`}</div>
    ${(ear.value === "refused" || !canHear) && html`<p class="dim" role="status">${t(canHear ? "caller.nomic" : "caller.nohear")}</p>`}`;
}
/** What plays itself: stopped, gone on with, or taken out of its hands by typing. */
function Playing() {
  const paused = demonstration.value === "paused";
  return html`<div class="playing"><p class="dim" role="status">${t(paused ? "demo.paused" : "demo.playing")}</p>
    <button type="button" class="plain" onclick=${() => { demonstration.value = paused ? "playing" : "paused"; }}><${Icon} name=${paused ? "play" : "pause"} />${t(paused ? "demo.go_on" : "demo.pause")}</button></div>`;
}
/** What is said, at the foot: what comes and goes above it leaves it in its place. */
function Mouth() {
  const field = useRef(null);
  useEffect(() => () => { typing.value = false; }, []);
  const speak = (event) => {
    event.preventDefault();
    const words = field.current.value.trim();
    if (!words) return;
    [field.current.value, typing.value] = ["", false];
    say(words);
  };
  const quick = progress.value?.expecting === "confirmation" ? listening.value.hints.slice(0, HINTS) : [];
  const answer = (hint) => {
    say(hint);
    field.current.focus({ preventScroll: true }); // the hints are gone with the question
  };
  return html`${quick.length > 0 && html`<div class="actions">${quick.map((hint) => html`<button type="button" class="plain" key=${hint} onclick=${() => answer(hint)}><bdi dir="auto">${hint}</bdi></button>`)}</div>`}
    <${Voice} /><${Keypad} />
    <form class="entry" onsubmit=${speak}><input id="caller-say" ref=${field} aria-label=${t("caller.say")} placeholder=${t("caller.say")} maxlength="2000" autocomplete="off" dir="auto" oninput=${(event) => { typing.value = Boolean(event.target.value); }} /><button type="submit" class="main">${t("send")}</button></form>`;
}
const Watch = () => html`<a class="button" href=${callLink(sid.value)} onclick=${() => { if (narrow.value) panel.value = false; }}>${t("caller.watch")}</a>`;

function Over() {
  const title = useRef(null);
  const how = outcome.value;
  useEffect(() => title.current.focus({ preventScroll: true }), [how]);
  return html`<div class="over"><h3 tabindex="-1" ref=${title}>${t(`caller.over.${how}`)}</h3>
    <p class="dim">${t(`caller.over.${how}.text`, { number: phone(called.value.handOffNumber) || t("caller.somebody") })}</p>
    <div class="actions">${how === "transfer" ? html`<button type="button" class="main" onclick=${stay}>${t("caller.stay")}</button>` : html`<button type="button" class="main" onclick=${callBack}>${t("caller.back")}</button>`}
      <button type="button" class="plain" onclick=${afresh}>${t("caller.new")}</button><${Watch} /></div></div>`;
}

/** The line is open: what is said, and everything one can do at the other end of it. */
export function Talking() {
  useEffect(() => {
    if (phase.value === "on" && !demonstration.value) document.getElementById("caller-say")?.focus({ preventScroll: true });
  }, [sid.value, phase.value]);
  if (phase.value === "over") return html`<${Heard} /><${Over} />`;
  return html`<${Heard} />${demonstration.value && html`<${Playing} />`}<${Mouth} />
    <div class="actions ends"><${Watch} /><button type="button" class="plain" onclick=${() => say("")}>${t("caller.silent")}</button><button type="button" class="urgent" onclick=${hang}>${t("caller.hang")}</button></div>`;
}
