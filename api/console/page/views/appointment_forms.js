import { html, useEffect, useRef, useSignal } from "../ui.js";
import { stepName, t } from "../i18n/index.js";
import { atClock, dayOf, phone, visit } from "../lib/format.js";
import { plain } from "../lib/text.js";
import { business } from "../service.js";
import { say } from "../store/actions.js";
import { cancel, change, changed, freeTimes } from "../store/bookings.js";
import { whole } from "../store/link.js";
import { Confirm } from "./confirm.js";
import { whyOff } from "./off.js";
import { serviceName } from "./shown.js";

const escapes = (close) => (event) => { if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); event.preventDefault(); close(); } };

function Ends({ busy, close, word, held }) {
  const off = busy || held || !whole.value ? "true" : undefined;
  return html`<div class="actions"><button type="button" class="plain" onclick=${close}>${t("back_out")}</button><button type="submit" class="main" aria-disabled=${off} title=${whyOff(whole)}>${word}</button></div>`;
}

/** The free times of a day: null while they are asked for. */
function useTimes(one, day) {
  const [found, asked] = [useSignal(null), useRef("")];
  useEffect(() => {
    let mine = true;
    if (asked.current !== day) found.value = null;
    asked.current = day;
    freeTimes(one, day).then((answer) => { if (mine) found.value = answer; });
    return () => { mine = false; };
  }, [day, changed.value]);
  return found.value;
}

/** Another time: one of those that are free on a day, or any that somebody types. */
export function Moving({ one, done, close }) {
  const [day, clock, why, busy] = [useSignal(one.start.slice(0, 10)), useSignal(""), useSignal(""), useSignal(false)];
  const first = useRef(null);
  useEffect(() => { first.current.focus(); }, []);
  const free = useTimes(one, day.value);
  const submit = async (event) => {
    event.preventDefault();
    if (busy.value || !whole.value) return;
    if (!clock.value) { why.value = t("bookings.choose"); return; }
    busy.value = true;
    const { booking, why: not } = await change(one, { time: `${day.value}T${clock.value}` });
    busy.value = false;
    why.value = not;
    if (!booking) return;
    say(t("bookings.moved", { when: visit(booking.start) }));
    done(booking);
  };
  return html`<form class="deed" aria-label=${t("bookings.move")} onsubmit=${submit} onkeydown=${escapes(close)}>
    <h3>${t("bookings.move_title")}</h3>
    <label for="move-day">${t("day")}</label><input id="move-day" ref=${first} type="date" required value=${day.value} onchange=${(event) => { if (event.target.value) [day.value, clock.value, why.value] = [event.target.value, "", ""]; }} />
    <p class="label" id="free-title">${t("bookings.free", { day: dayOf(day.value) })}</p>
    ${free?.times.length ? html`<div class="times" role="group" aria-labelledby="free-title">${free.times.map((time) => { const at = time.slice(11, 16); return html`<button type="button" class="plain" key=${time} aria-pressed=${String(clock.value === at)} onclick=${() => { clock.value = at; why.value = ""; }}>${atClock(time)}</button>`; })}</div>`
      : html`<p class="dim" role="status">${free ? free.why || t("bookings.free_none") : t("bookings.free_loading")}</p>`}
    <label for="move-time">${t("bookings.time")}</label><input id="move-time" type="time" value=${clock.value} aria-invalid=${String(Boolean(why.value))} aria-describedby="move-why" oninput=${(event) => { clock.value = event.target.value; }} />
    <p class="why-not" id="move-why" role="alert">${why.value}</p>
    <p class="dim">${t(one.email ? "bookings.tells" : "bookings.tells_nobody", { email: plain(one.email) })}</p>
    <${Ends} busy=${busy.value} close=${close} word=${t("bookings.move_sure")} />
  </form>`;
}

const FIELDS = ["name", "phone", "email", "address", "service"];
const KIND = { phone: "tel", email: "email" };
const told = (slot, value, one) => (slot === "service" ? serviceName(value, one.business) : slot === "phone" ? plain(phone(value)) : plain(value) || "–");

function Entry({ slot, one, base, wrong }) {
  const attributes = { id: `booking-${slot}`, name: slot, "aria-invalid": String(wrong), "aria-describedby": "edit-why" };
  if (slot !== "service") return html`<input ...${attributes} defaultValue=${base} inputmode=${KIND[slot]} maxlength="2000" autocomplete="off" spellcheck=${false} dir="auto" />`;
  const { services } = business(one.business);
  const offered = services.some(({ id }) => id === base) ? services : [{ id: base }, ...services];
  return html`<select ...${attributes}>${offered.map(({ id }) => html`<option key=${id} value=${id} selected=${id === base}>${serviceName(id, one.business)}</option>`)}</select>`;
}

/** What it says, corrected: only what was changed is sent. What changed meanwhile by another hand is shown, and one of the two is chosen. */
export function Editing({ one, done, close }) {
  const base = useSignal(Object.fromEntries(FIELDS.map((slot) => [slot, one[slot] ?? ""])));
  const begun = useRef(base.peek());
  const [wrong, busy] = [useSignal({ why: "" }), useSignal(false)];
  const form = useRef(null);
  useEffect(() => { form.current.querySelector("input").focus(); }, []);
  const meanwhile = FIELDS.filter((slot) => (one[slot] ?? "") !== base.value[slot]);
  const submit = async (event) => {
    event.preventDefault();
    if (busy.value || !whole.value) return;
    if (meanwhile.length) { document.getElementById("booking-theirs")?.focus(); return; }
    const typed = Object.fromEntries(new FormData(form.current));
    const changes = Object.fromEntries(FIELDS.filter((slot) => typed[slot].trim() !== begun.current[slot]).map((slot) => [slot, typed[slot].trim() || null]));
    if (!Object.keys(changes).length) { close(); return; }
    busy.value = true;
    const answer = await change(one, changes);
    [busy.value, wrong.value] = [false, answer];
    if (!answer.booking) { form.current?.querySelector(`[name="${answer.field ?? ""}"]`)?.focus(); return; }
    say(t("bookings.saved"));
    done(answer.booking);
  };
  const mine = () => { base.value = Object.fromEntries(FIELDS.map((slot) => [slot, one[slot] ?? ""])); };
  return html`<form class="deed" ref=${form} aria-label=${t("bookings.edit")} onsubmit=${submit} onkeydown=${escapes(close)}>
    <h3>${t("bookings.edit_title")}</h3>
    ${FIELDS.map((slot) => html`<label key=${slot} for=${`booking-${slot}`}>${stepName(slot)}</label><${Entry} key=${`entry ${slot}`} slot=${slot} one=${one} base=${begun.current[slot]} wrong=${wrong.value.field === slot} />`)}
    ${meanwhile.length > 0 && html`<div class="conflict" role="alert"><p>${t("bookings.meanwhile")} ${meanwhile.map((slot) => html`<span key=${slot}>${stepName(slot)}: <b><bdi dir="auto">${told(slot, one[slot], one)}</bdi></b> </span>`)}</p>
      <div class="actions"><button type="button" class="plain" id="booking-theirs" onclick=${close}>${t("conflict.theirs")}</button><button type="button" class="plain" onclick=${mine}>${t("conflict.mine")}</button></div></div>`}
    <p class="why-not" id="edit-why" role="alert">${wrong.value.why && `${wrong.value.field ? `${stepName(wrong.value.field)}: ` : ""}${wrong.value.why}`}</p>
    <${Ends} busy=${busy.value} held=${meanwhile.length > 0} close=${close} word=${t("save")} />
  </form>`;
}

/** Asks once more, and why; the caller hears that it is cancelled, and not why. */
export function Cancelling({ one, dialog, took }) {
  const [reason, why] = [useRef(null), useSignal("")];
  const does = async () => {
    if (!whole.value) { why.value = whyOff(whole); return false; }
    const { booking, why: not } = await cancel(one, reason.current.value.trim());
    why.value = not;
    if (booking) { say(t("bookings.cancelled_now")); took(booking); }
    return Boolean(booking);
  };
  return html`<${Confirm} dialog=${dialog} id="cancel-title" title=${t("bookings.cancel_ask", { who: plain(one.name) || plain(one.reference), when: plain(visit(one.start)) })}
    text=${t(one.email ? "bookings.tells" : "bookings.tells_nobody", { email: plain(one.email) })} word=${t("bookings.cancel_sure")} no=${t("bookings.keep")} does=${does}>
    <div class="reason"><label for="cancel-reason">${t("bookings.why")}</label><input id="cancel-reason" ref=${reason} maxlength="500" autocomplete="off" dir="auto" /><p class="why-not" role="alert">${why}</p></div><//>`;
}
