import { html, useEffect, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { phone, visits } from "../lib/format.js";
import { plain } from "../lib/text.js";
import { business, firm } from "../service.js";
import { callOf, changed, read } from "../store/bookings.js";
import { up, whole } from "../store/link.js";
import { again, owedBy } from "../store/outbox.js";
import { callLink, viewLink } from "../store/route.js";
import { me } from "../store/session.js";
import { Cancelling, Editing, Moving } from "./appointment_forms.js";
import { mailed } from "./booking.js";
import { SendAgain, standing, what } from "./deliveries.js";
import { Icon } from "./icon.js";
import { press, whyOff } from "./off.js";
import { serviceName } from "./shown.js";

/** The booking as it stands, what its call says of the mail, and what is still owed because of it; each null until it was told. */
function useAppointment(reference, sid, known) {
  const found = useSignal({ status: 0, booking: known ?? null, call: null, owed: null, asked: false });
  useEffect(() => {
    if (!up.value) return undefined;
    let mine = true;
    const one = { reference, callSid: sid };
    Promise.all([read(one), callOf(one), me.may("edit") ? owedBy(sid) : null]).then(([{ status, body }, call, owed]) => {
      if (!mine) return;
      const booking = status === 200 ? { ...body, callSid: sid } : status === 404 ? null : found.value.booking; // what cannot be asked for stays as it was
      found.value = { status, booking, call: call.status === 200 ? call.body : call.status === 404 ? "gone" : null, owed, asked: true };
    });
    return () => { mine = false; };
  }, [up.value, changed.value, again.value]);
  return found;
}

function Facts({ one, call }) {
  const { name: called, timeZone } = business(one.business);
  const rows = [
    ["booking.when", plain(visits(one.start, one.end))], ["booking.zone", timeZone], ["booking.what", serviceName(one.service, one.business)], ["step.name", plain(one.name)],
    ["step.phone", plain(phone(one.phone))], ["step.address", plain(one.address)], ["step.email", plain(one.email)], ["booking.mail", call === "gone" ? "" : mailed(call ?? {}, one.email)],
    ["business", firm(one.business, "") && called],
  ].filter(([, fact]) => fact);
  return html`<dl class="facts">${rows.map(([name, fact]) => html`<div key=${name}><dt>${t(name)}</dt><dd><bdi dir="auto">${fact}</bdi></dd></div>`)}
    <div><dt>${t("bookings.call")}</dt><dd>${call === "gone" ? html`<span class="dim">${t("bookings.call_gone")}</span>` : html`<a href=${callLink(one.callSid)}>${t("bookings.to_call")}</a>`}</dd></div></dl>`;
}

/** Mails and webhooks that have not arrived: what is tried again, and what was given up. */
function Owed({ owed, sid }) {
  if (!owed) return null;
  const ids = new Set(owed.map(({ id }) => id));
  const list = [...owed, ...[...again.value.values()].map(({ letter }) => letter).filter(({ id, callSid }) => callSid === sid && !ids.has(id))];
  return html`<section class="owed" aria-labelledby="owed-title"><h3 id="owed-title">${t("bookings.owed")}</h3>
    ${list.length ? html`<ul>${list.map((one) => html`<li key=${one.id} data-state=${one.state}><span><b>${what(one)}</b> <span role="status">${standing(one)}</span></span><${SendAgain} one=${one} /></li>`)}</ul>` : html`<p class="dim">${t("bookings.owed_none")}</p>`}</section>`;
}

/** What a supervisor does with it: one thing at a time. */
function Deeds({ one, took }) {
  const open = useSignal("");
  const dialog = useRef(null);
  const off = whole.value ? undefined : "true";
  const begin = (name) => press(() => { open.value = name; }, whole);
  const close = () => {
    const id = `deed-${open.value}`;
    open.value = "";
    setTimeout(() => document.getElementById(id)?.focus());
  };
  if (!me.may("people") || one.state !== "booked") return null;
  const done = (booking) => { took(booking); close(); };
  if (open.value === "move") return html`<${Moving} one=${one} done=${done} close=${close} />`;
  if (open.value === "edit") return html`<${Editing} one=${one} done=${done} close=${close} />`;
  return html`<div class="actions">
    <button type="button" id="deed-move" class="main" aria-disabled=${off} title=${whyOff(whole)} onclick=${begin("move")}>${t("bookings.move")}</button>
    <button type="button" id="deed-edit" class="plain" aria-disabled=${off} title=${whyOff(whole)} onclick=${begin("edit")}>${t("bookings.edit")}</button>
    <button type="button" class="quiet" aria-disabled=${off} title=${whyOff(whole)} onclick=${press(() => dialog.current.showModal(), whole)}>${t("bookings.cancel")}</button>
    <${Cancelling} one=${one} dialog=${dialog} took=${took} /></div>`;
}

/** One booking: how it stands, and what can be done with it. */
export function Appointment({ reference, sid, known }) {
  const found = useAppointment(reference, sid, known);
  const { status, booking: one, call, owed, asked } = found.value;
  const title = useRef(null);
  useEffect(() => { title.current?.focus({ preventScroll: true }); }, []);
  const head = html`<a class="quiet button back" href=${viewLink("bookings")} aria-label=${t("bookings.back")}><${Icon} name="cross" /></a>`;
  if (!one) {
    const text = !asked ? "bookings.loading" : status === 404 ? "bookings.gone" : "bookings.unreachable";
    return html`<aside class="appointment-card" aria-labelledby="appointment-title"><div class="bar"><h2 id="appointment-title" tabindex="-1" ref=${title}>${t("booking")}</h2>${head}</div><p class="dim" role="status">${t(text)}</p></aside>`;
  }
  const took = (booking) => { found.value = { ...found.value, booking: { ...booking, callSid: sid } }; };
  return html`<aside class="appointment-card" aria-labelledby="appointment-title" data-state=${one.state}>
    <div class="bar"><h2 id="appointment-title" tabindex="-1" ref=${title}><bdi dir="auto">${plain(one.name) || plain(phone(one.phone)) || t("booking")}</bdi></h2>
      <span class="outcome" data-status=${one.state}>${t(`bookings.${one.state}`)}</span><b class="reference" title=${t("booking.ref")}>${plain(one.reference)}</b>${head}</div>
    <${Facts} one=${one} call=${call} />
    <${Deeds} one=${one} took=${took} />
    <${Owed} owed=${owed} sid=${sid} />
  </aside>`;
}
