"use strict";
/* Everything that came from a call is put in as text, never as markup. */

/** {title, example, categorical} of each slot, in order; the service puts them here. */
const SLOTS = /* slots */ {};
const STATUS = { active: "Active", waiting_agent: "Wants a person", with_agent: "With a person", booked: "Booked", ended: "Ended" };
const FIELD = { empty: "Empty", pending: "Read back", filled: "Filled", skipped: "Skipped" };
const SPEAKER = { AI: "Slotline", customer: "Caller", agent: "Supervisor" };
const CONFIRMED = {
  explicit: "the caller said yes", implicit: "the caller did not object", keyed: "keyed in", supervisor: "set by a supervisor", adopted: "known before the call",
  resumed: "in an earlier call, not in this one",
};
const OPEN = ["active", "waiting_agent", "with_agent"];

const $ = (id) => document.getElementById(id);
const base = /^\/api(\/|$)/.test(location.pathname) ? "/api" : "";
let token = new URLSearchParams(location.search).get("token") || "";
if (token) history.replaceState(null, "", location.pathname + location.hash);

/** An element with properties and children; strings become text. */
function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}
const words = (code) => String(code || "").replaceAll("_", " ");
const announce = (text) => { $("announce").textContent = text; };

async function ask(path, options = {}) {
  const headers = { Accept: "application/json", ...(options.body ? { "Content-Type": "application/json" } : {}) };
  if (token) headers.Authorization = `Bearer ${token}`;
  return fetch(base + path, { ...options, headers });
}

/* A stream that comes back after every cut, from the last event it saw. */
class Stream {
  constructor(path, hear, tell) {
    Object.assign(this, { path, hear, tell, last: "", beat: 30, tries: 0, ended: false });
    this.open();
  }
  async open() {
    const query = new URLSearchParams();
    if (token) { // an address gets about: a ticket is good for this stream alone
      const given = await ask("/events/ticket", { method: "POST" }).then((answer) => answer.ok && answer.json()).catch(() => null);
      if (this.ended) return;
      if (!given) { this.tell("wait"); this.again(); return; }
      query.set("ticket", given.ticket);
    }
    if (this.last) query.set("lastEventId", this.last);
    this.source = new EventSource(`${base}${this.path}?${query}`);
    this.source.onmessage = (message) => {
      if (message.lastEventId) this.last = message.lastEventId;
      const event = JSON.parse(message.data);
      if (event.type === "connected") { this.beat = event.payload.heartbeatS || 30; this.tries = 0; this.tell("live"); }
      this.watch();
      this.hear(event);
    };
    this.source.onerror = () => {
      this.tell("wait");
      if (this.source.readyState === EventSource.CLOSED) this.again();
    };
    this.watch();
  }
  watch() { // a line can be cut without a word: no heartbeat means the same
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.tell("wait"); this.again(); }, this.beat * 2500);
  }
  async again() {
    this.source?.close();
    clearTimeout(this.timer);
    const wait = Math.min(15000, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
    await new Promise((done) => { this.timer = setTimeout(done, wait); });
    if (!this.ended && await admitted()) this.open();
  }
  end() { this.ended = true; clearTimeout(this.timer); this.source?.close(); }
}

/** Whether our token is good; asks for one when it is not. An unreachable service counts as good: the stream tries again. */
async function admitted() {
  const answer = await ask("/calls?count=1").catch(() => null);
  if (!answer || (answer.status !== 401 && answer.status !== 403)) return true;
  light("shut");
  if (!$("door").open) $("door").showModal();
  return false;
}
const LIGHT = { live: "Live", wait: "Reconnecting", shut: "No access" };
function light(state) {
  if ($("light").dataset.state === state) return;
  $("light").dataset.state = state;
  $("light").lastElementChild.textContent = LIGHT[state];
}

/* The list of calls */

const calls = new Map(); // callSid -> {callSid, status, createdAt, progress, last}
let all = null; // the stream of all calls

function hearAll(event) {
  const { type, payload } = event;
  if (type === "history") {
    for (const call of calls.values()) if (OPEN.includes(call.status)) calls.delete(call.callSid);
    for (const call of payload.calls) calls.set(call.callSid, { ...call, last: call.lastMessage });
  } else if (payload.status === "erased") {
    calls.delete(payload.callSid);
  } else if (payload.callSid) {
    const known = calls.get(payload.callSid) || { callSid: payload.callSid, status: "active", progress: {}, createdAt: new Date(event.timestamp * 1000).toISOString() };
    calls.set(payload.callSid, known);
    if (type === "progress") known.progress = { ...known.progress, ...pick(payload, ["step", "completed", "total", "remaining"]) };
    if (type === "new_message") known.last = pick(payload, ["speaker", "message"]);
    if (type === "status_change" && payload.status) known.status = payload.status;
  }
  drawList();
}
const pick = (from, names) => Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));

async function loadClosed() { // calls that are over are no part of the stream's history
  const answer = await ask("/calls?count=50").catch(() => null);
  if (!answer || !answer.ok) return;
  for (const call of (await answer.json()).calls) if (!calls.has(call.callSid)) calls.set(call.callSid, call);
  drawList();
}

function drawList() {
  const rows = [...calls.values()].sort((a, b) => OPEN.includes(b.status) - OPEN.includes(a.status) || (a.createdAt < b.createdAt ? 1 : -1));
  const focused = document.activeElement?.closest?.(".row")?.dataset.sid;
  $("calls").replaceChildren(...rows.slice(0, 200).map((call) => el("li", {}, row(call))));
  if (focused) document.querySelector(`.row[data-sid="${CSS.escape(focused)}"]`)?.focus();
  const open = rows.filter((call) => OPEN.includes(call.status)).length;
  $("count").textContent = rows.length ? `${open} open` : "";
  $("none").hidden = rows.length > 0;
}

function row(call) {
  const { completed = 0, total = 6 } = call.progress || {};
  const made = el("button", { className: "row", type: "button", onclick: () => choose(call.callSid) },
    el("b", {}, call.callSid), el("span", { className: "chip" }, STATUS[call.status] || call.status), meter(completed, total),
    el("span", { className: "last" }, call.last ? `${SPEAKER[call.last.speaker] || ""}: ${call.last.message}` : `since ${clock(call.createdAt)}`));
  made.dataset.sid = call.callSid;
  made.querySelector(".chip").dataset.status = call.status;
  made.setAttribute("aria-current", String(call.callSid === chosen));
  made.setAttribute("aria-label", `Call ${call.callSid}, ${STATUS[call.status] || call.status}, ${completed} of ${total} fields`);
  return made;
}
const meter = (done, total) => el("div", { className: "meter" }, ...Array.from({ length: total }, (_, at) => el("i", { className: at < done ? "on" : "" })));
function clock(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time ?? "");
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], today ? { hour: "2-digit", minute: "2-digit" } : { dateStyle: "medium", timeStyle: "short" });
}

$("calls").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...document.querySelectorAll(".row")];
  rows[rows.indexOf(document.activeElement) + step]?.focus();
  event.preventDefault();
});

/* One call */

let chosen = "";
let one = null; // its stream
let record = null;
let asked = 0; // numbers the reads of the record, so that a late answer never covers a newer one

function choose(sid) {
  if (sid !== named()) location.hash = encodeURIComponent(sid);
  else show(sid);
}
function show(sid) {
  one?.end();
  [chosen, record, one] = [sid, null, null];
  document.querySelector("main").dataset.view = sid ? "call" : "list";
  $("choose").hidden = Boolean(sid);
  $("one").hidden = !sid;
  $("fields").replaceChildren();
  $("lines").replaceChildren();
  drawList();
  if (!sid) return;
  $("sid").textContent = sid;
  $("call").scrollTop = 0;
  one = new Stream(`/calls/${encodeURIComponent(sid)}/events`, (event) => chosen === sid && hearOne(event), light);
}
/** The call that the address names. */
function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch { // a stray "%": no call has such a name
    return "";
  }
}
addEventListener("hashchange", () => show(named()));
$("back").addEventListener("click", () => { location.hash = ""; });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen && !document.querySelector(".field form") && !$("door").open) location.hash = "";
});

function hearOne({ type, payload }) {
  if (type === "history") {
    record = payload;
    draw();
    const lines = (payload.history || []).map(line);
    $("lines").replaceChildren(...(lines.length ? lines : [el("li", { className: "empty" }, "Nothing has been said yet.")]));
    bottom(true);
  } else if (payload.status === "erased") {
    asked++; // what is being read of it comes too late
    show(chosen); // its stream, begun anew, knows nothing of it
    announce("This call was erased");
  } else if (!record) {
    return;
  } else if (type === "new_message") {
    const atEnd = $("lines").scrollHeight - $("lines").scrollTop - $("lines").clientHeight < 60;
    record.history = [...(record.history || []), payload];
    $("lines").querySelector(".empty")?.remove();
    $("lines").append(line(payload));
    bottom(atEnd);
    drawHead();
  } else if (type === "progress") {
    $("announce").textContent = `${SLOTS[payload.slot]?.title || payload.slot}: ${words(payload.status)}${payload.value ? `, ${payload.value}` : ""}`;
    read();
  } else if (["client_updated", "status_change", "transfer_request", "tool_result"].includes(type)) {
    read();
  }
}
/** The record again, with where each value came from; events carry only the value. */
async function read() {
  const [mine, sid] = [++asked, chosen];
  const answer = await ask(`/calls/${encodeURIComponent(sid)}`).catch(() => null);
  if (answer?.ok && mine === asked && sid === chosen) keep(await answer.json());
}
function keep(document) {
  record = { ...document, history: record?.history || [] };
  draw();
}

function line(said) {
  const made = el("li", {}, el("small", {}, `${SPEAKER[said.speaker] || said.speaker || ""} ${said.startedAt ? clock(said.startedAt) : ""}`), said.message || "(silence)");
  made.dataset.speaker = said.speaker || "";
  return made;
}
function bottom(really) { if (really) $("lines").scrollTop = $("lines").scrollHeight; }

function draw() {
  drawHead();
  for (const slot of Object.keys(SLOTS)) drawField(slot);
}
function drawHead() {
  const { status = "", step = "", expecting = "", completed = 0, total = 6 } = record.progress || {};
  $("status").textContent = status ? STATUS[status] || status : "Not begun";
  $("status").dataset.status = status || "empty";
  $("meter").replaceChildren(...meter(completed, total).children);
  $("meter").setAttribute("aria-valuenow", completed);
  $("meter").setAttribute("aria-valuemax", total);
  const last = (record.history || []).at(-1)?.speaker;
  const about = step === "confirm" ? "the summary" : SLOTS[step] ? `the ${SLOTS[step].title.toLowerCase()}` : "";
  const waits = { confirmation: "a yes to", choice: "a choice for", value: "" }[expecting] ?? "";
  let speaks = "";
  if (status === "with_agent") speaks = last === "customer" ? "The caller spoke; the supervisor has the word" : "The supervisor has the word";
  else if (status === "waiting_agent") speaks = "The caller waits for a person";
  else if (status === "active" && last === "customer") speaks = "Slotline is answering";
  else if (status === "active") speaks = `The caller has the word${about ? `: ${[waits, about].filter(Boolean).join(" ")}` : ""}`;
  $("speaks").textContent = speaks;
}

/** {status, value, pending, from} of a slot, read off the record. */
function field(slot) {
  const { filled = {}, pending = {}, remaining = Object.keys(SLOTS) } = record.progress || {};
  const from = record.provenance?.[slot] || {};
  const status = pending[slot] ? "pending" : remaining.includes(slot) ? "empty" : filled[slot] ? "filled" : "skipped";
  return { status, value: filled[slot] || "", pending: pending[slot] || "", from };
}
function shown(slot, value) {
  if (SLOTS[slot].categorical) return (record.services || []).find((service) => service.id === value)?.name || value;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) { // in the business's zone, which the value itself carries
    const local = new Date(`${value.slice(0, 16)}Z`);
    return `${local.toLocaleString([], { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" })}`;
  }
  return value;
}

const confirmed = (from) => [CONFIRMED[from.confirmed] || words(from.confirmed), from.timestamp && clock(from.timestamp)].filter(Boolean).join(", ");

function drawField(slot) {
  let card = $(`field-${slot}`);
  if (!card) {
    card = el("div", { className: "field", id: `field-${slot}` });
    $("fields").append(card);
  }
  const { status, value, pending, from } = field(slot);
  const form = card.querySelector("form");
  const state = JSON.stringify([status, value, pending, from, record.progress?.step]);
  if (card.dataset.state === state) return;
  const changed = card.dataset.state && (card.dataset.value !== value + pending);
  Object.assign(card.dataset, { state, value: value + pending, status, next: String(record.progress?.step === slot) });
  const chip = el("span", { className: "chip" }, FIELD[status]);
  chip.dataset.status = status;
  const edit = el("button", { className: "quiet", type: "button", onclick: () => openForm(slot, card) }, "Edit");
  edit.setAttribute("aria-label", `Edit the ${SLOTS[slot].title.toLowerCase()}`);
  const text = pending || value ? el("p", { className: pending ? "value waiting" : "value" }, pending ? `${shown(slot, pending)} ?` : shown(slot, value)) : null;
  const facts = [
    [pending && value ? "until now" : "", shown(slot, value)],
    ["heard", from.words && `“${from.words}”`], ["rule", from.rule], ["confirmed", confirmed(from)],
  ].filter(([name, fact]) => name && fact);
  const list = facts.length ? el("dl", {}, ...facts.flatMap(([name, fact]) => [el("dt", {}, name), el("dd", {}, fact)])) : null;
  card.replaceChildren(el("div", { className: "bar" }, el("h3", {}, SLOTS[slot].title), chip, edit), ...[text, list, form].filter(Boolean));
  if (changed) { card.classList.remove("fresh"); void card.offsetWidth; card.classList.add("fresh"); }
}

function openForm(slot, card) {
  card.querySelector("form")?.remove();
  const { value } = field(slot);
  const why = el("p", { className: "why", role: "alert", id: `why-${slot}` });
  const entry = SLOTS[slot].categorical && record.services?.length
    ? el("select", {}, ...record.services.map((service) => el("option", { value: service.id, selected: service.id === value }, service.name || service.id)))
    : el("input", { value, placeholder: SLOTS[slot].example, autocomplete: "off", spellcheck: false });
  entry.setAttribute("aria-label", SLOTS[slot].title);
  entry.setAttribute("aria-describedby", why.id);
  const lock = el("input", { type: "checkbox" });
  const close = () => { form.remove(); card.querySelector("button")?.focus(); };
  const save = async (set) => {
    why.textContent = "";
    const body = JSON.stringify({ [slot]: set, ...(lock.checked ? { lock: [slot] } : {}) });
    const answer = await ask(`/calls/${encodeURIComponent(chosen)}`, { method: "PATCH", body }).catch(() => null);
    if (answer?.ok) {
      close();
      asked++;
      keep(await answer.json());
      announce(`${SLOTS[slot].title} saved`);
      return;
    }
    entry.setAttribute("aria-invalid", "true");
    why.textContent = answer ? await reason(answer) : "The service cannot be reached.";
    entry.focus();
  };
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); save(entry.value); } },
    entry, el("button", { className: "main", type: "submit" }, "Save"),
    el("button", { className: "quiet", type: "button", onclick: () => save(null) }, "Clear"), el("button", { className: "quiet", type: "button", onclick: close }, "Cancel"),
    el("label", {}, lock, "Keep it as I set it, whatever the caller says"), why);
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  card.append(form);
  entry.focus();
}
/** Why an edit was refused, in words. */
async function reason(answer) {
  const problem = await answer.json().catch(() => ({}));
  const found = problem.errors?.[0];
  if (problem.code === "role_refused") return "This token may look, not change.";
  return found ? found.detail || `Refused: ${words(found.code)}.` : problem.detail || problem.title || `The service answered ${answer.status}.`;
}

/* The page itself */

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
$("door-form").addEventListener("submit", () => { token = $("token").value.trim(); $("token").value = ""; begin(); });

async function begin() {
  all?.end();
  if (!await admitted()) return;
  all = new Stream("/events", hearAll, light);
  loadClosed();
  show(named());
}
begin();
