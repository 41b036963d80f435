import { html, useEffect, useRef, useSignal } from "../ui.js";
import { t } from "../i18n/index.js";
import { atClock, dateIn, dayOf, hours, phone } from "../lib/format.js";
import { HIDDEN, plain } from "../lib/text.js";
import { business, firm } from "../service.js";
import { changed, listed } from "../store/bookings.js";
import { up } from "../store/link.js";
import { bookingLink, callLink, filter, only, route } from "../store/route.js";
import { me } from "../store/session.js";
import { Appointment } from "./appointment.js";
import { Feed } from "./feed.js";
import { Icon } from "./icon.js";
import { serviceName } from "./shown.js";

const STATES = ["booked", "cancelled"];
const [FIRST, MORE] = [100, 200];

/** What the filters in the address ask of the service: null while it is asked for. */
function useListed({ day, when }, called) {
  const found = useSignal(null);
  const asked = useRef("");
  useEffect(() => {
    if (!up.value) return undefined;
    let mine = true;
    const what = `${day} ${when} ${called}`;
    if (asked.current !== what) found.value = null; // another list: the old one is none of it
    asked.current = what;
    listed({ day, when }, called, business(called).timeZone).then((answer) => {
      if (mine && (answer.status === 200 || found.value?.status !== 200)) found.value = answer;
    });
    return () => { mine = false; };
  }, [day, when, called, up.value, changed.value]);
  return found.value;
}

const figures = (text) => text.replace(/[^\d]/g, "");
/** Whether what is looked for stands in it somewhere; a number also without its signs. */
function has(one, q) {
  const wanted = q.trim().toLowerCase();
  const texts = [one.name, one.phone, phone(one.phone), one.email, one.address, one.reference, one.callSid, serviceName(one.service, one.business)];
  return texts.some((text) => text?.toLowerCase().includes(wanted)) || (figures(wanted).length > 3 && figures(wanted).length === wanted.replace(/[\s()+.-]/g, "").length && figures(one.phone ?? "").includes(figures(wanted)));
}

function Row({ one }) {
  const { callSid, reference, state, service, start, end, name } = one;
  const { booking } = route.value;
  const current = booking && booking.sid === callSid ? "true" : undefined;
  const called = only.value ? "" : firm(one.business, "");
  if (reference === HIDDEN) return html`<tr><td><a class="row" href=${callLink(callSid)}>${callSid}</a></td><td>${called}</td><td><span class="outcome" data-status=${state}>${t(`bookings.${state}`)}</span></td></tr>`;
  return html`<tr data-state=${state} data-current=${current}>
    <td class="clock"><span class="wide">${hours(start, end)}</span><span class="slim">${atClock(start)}</span></td>
    <td><a class="row" href=${bookingLink(reference, callSid)} aria-current=${current}><bdi dir="auto">${plain(name) || plain(phone(one.phone)) || callSid}</bdi></a></td>
    <td class="wide">${serviceName(service, one.business)}${called && html`<span class="dim"> ${called}</span>`}</td>
    <td class="wide where" title=${plain(one.address)}><bdi dir="auto">${plain(one.address)}</bdi></td>
    <td><span class="outcome" data-status=${state}>${t(`bookings.${state}`)}</span></td>
    <td class="reference dim wide">${plain(reference)}</td></tr>`;
}

const COLUMNS = [["bookings.when"], ["col.who"], ["col.what", "wide"], ["step.address", "wide where"], ["bookings.state"], ["booking.ref", "wide"]];
const MASKED = [["bookings.call"], ["business"], ["bookings.state"]];
/** Day by day; whoever may see no times has one list without any. */
function Days({ list }) {
  const most = useSignal(FIRST);
  const days = grouped(list.slice(0, most.value));
  return html`<table class="listing bookings"><thead class="unseen"><tr>${(me.may("edit") ? COLUMNS : MASKED).map(([name, kind]) => html`<th scope="col" key=${name} class=${kind}>${t(name)}</th>`)}</tr></thead>
    ${[...days].map(([day, some]) => html`<tbody key=${day}>${day !== HIDDEN && html`<tr class="of-day"><th scope="rowgroup" colspan="6">${dayOf(day)} <span class="count">${some.length}</span></th></tr>`}${some.map((one) => html`<${Row} key=${one.callSid} one=${one} />`)}</tbody>`)}</table>
    ${list.length > most.value && html`<div class="pages"><button type="button" class="plain" onclick=${() => { most.value += MORE; }}>${t("bookings.more", { n: list.length - most.value })}</button></div>`}`;
}
function grouped(list) {
  const days = new Map();
  for (const one of list) days.set(one.start.slice(0, 10), [...(days.get(one.start.slice(0, 10)) ?? []), one]);
  return days;
}

const NEAR = { coming: () => ({}), today: (zone) => ({ day: dateIn(zone) }), tomorrow: (zone) => ({ day: dateIn(zone, -1) }), past: () => ({ when: "past" }) };
/** Which days, where the business is: what is to come, one day, or the last month. */
function Period({ day, when }) {
  const { timeZone: zone } = business(only.value);
  const choose = ({ day: date = "", when: which = "" }) => filter({ day: date, when: which });
  const isIt = (name) => { const { day: date = "", when: which = "" } = NEAR[name](zone); return date === day && which === (day ? "" : when); };
  return html`<div class="day" role="group" aria-label=${t("day")}>
    <div class="choice">${Object.keys(NEAR).map((name) => html`<button type="button" key=${name} aria-pressed=${String(isIt(name))} onclick=${() => choose(NEAR[name](zone))}>${t(`bookings.${name}`)}</button>`)}</div>
    <input type="date" value=${day} aria-label=${t("bookings.day", { zone })} title=${t("bookings.day", { zone })} onchange=${(event) => choose({ day: event.target.value })} /></div>`;
}

function Filters({ q, day, when, state }) {
  return html`${me.may("edit") && html`<label class="search"><${Icon} name="search" /><input id="find" type="search" value=${q} maxlength="100" placeholder=${t("bookings.search")} aria-label=${t("bookings.search")} oninput=${(event) => filter({ q: event.target.value })} /></label><${Period} day=${day} when=${when} />`}
    <div class="choice" role="group" aria-label=${t("bookings.state")}>${["", ...STATES].map((each) => html`<button type="button" key=${each} aria-pressed=${String(each === state)} onclick=${() => filter({ state: each })}>${t(each ? `bookings.${each}` : "outcome.all")}</button>`)}</div>`;
}

function none(found, filtered) {
  if (!found) return t("bookings.loading");
  if (found.status !== 200) return t(found.status === 503 ? "bookings.away" : "bookings.unreachable");
  return t(filtered ? "bookings.none" : "bookings.none_yet");
}

/** The appointments, which outlive their calls: day by day, the next first; beside them the one that is opened. */
export function Bookings() {
  const { query: { q = "", day = "", when = "", state = "" }, booking } = route.value;
  const found = useListed({ day, when }, only.value);
  const title = useRef(null);
  useEffect(() => { if (!route.peek().booking) title.current.focus({ preventScroll: true }); }, []);
  const before = useRef(null);
  useEffect(() => { // back from one of them: to its row
    if (before.current && !booking) document.querySelector(`.page a.row[href="${CSS.escape(before.current)}"]`)?.focus({ preventScroll: true });
    before.current = booking && bookingLink(booking.reference, booking.sid);
  }, [booking?.sid]);
  const list = (found?.bookings ?? []).filter((one) => (!state || one.state === state) && (!q.trim() || has(one, q)));
  return html`<article class="page" id="page" tabindex="-1" aria-labelledby="page-title" data-opened=${String(Boolean(booking))}>
    <section class="list" aria-labelledby="page-title" aria-busy=${String(!found)}>
      <div class="bar"><h2 id="page-title" tabindex="-1" ref=${title}>${t("bookings")} <span class="count">${list.length || ""}</span></h2><${Filters} q=${q} day=${day} when=${when} state=${state} /><${Feed} /></div>
      ${list.length ? html`<${Days} list=${list} key=${`${day} ${when}`} />` : html`<p class="dim" role="status">${none(found, q || day || when || state)}</p>`}
    </section>
    ${booking && html`<${Appointment} key=${`${booking.reference} ${booking.sid}`} reference=${booking.reference} sid=${booking.sid} known=${found?.bookings?.find((one) => one.callSid === booking.sid)} />`}
  </article>`;
}
