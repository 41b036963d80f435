/** The bookings, which outlive their calls: what is asked of the service about them, when it is asked again, and what a supervisor does to them. */

import { signal } from "../ui.js";
import { reason } from "../i18n/index.js";
import { dateIn } from "../lib/format.js";
import { ask } from "../service.js";
import { took, why } from "./actions.js";
import { listen } from "./link.js";
import { me } from "./session.js";

/** Bumped when a booking may stand otherwise than it is shown: it is asked for again. */
export const changed = signal(0);
const PAUSE_MS = 600;
const LOOK_MS = 60_000;
const TOOLS = new Set(["booking", "mail", "webhook"]);
const TELLS = {
  history: () => true, client_updated: () => true,
  status_change: ({ status }) => status === "booked" || status === "ended" || status === "erased",
  tool_result: ({ tool }) => TOOLS.has(tool),
};
let timer = 0;
const soon = () => { timer ||= setTimeout(() => { timer = 0; changed.value++; }, PAUSE_MS); };
listen(({ type, payload }) => { if (TELLS[type]?.(payload ?? {})) soon(); });
/** A booking whose call is gone changes without a word on the stream. */
setInterval(() => { if (!document.hidden) changed.value++; }, LOOK_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });

const PAST_DAYS = 31;
/** The bounds of a period in days of the business's: one day, what is to come from today on, or the last month, the last first. */
const bounds = ({ day = "", when = "" }, zone) => (day ? [day, day] : when === "past" ? [dateIn(zone, PAST_DAYS), dateIn(zone, 1)] : [dateIn(zone), ""]);

/** @returns {Promise<{status: number, bookings: object[]}>} of an address that names no day, none */
export async function listed(query, business, zone) {
  const [from, to] = bounds(query, zone);
  const { status, body } = await ask("GET", `/bookings?${new URLSearchParams({ business, from, to })}`);
  if (status === 422) return { status: 200, bookings: [] };
  const bookings = body.bookings ?? [];
  return { status, bookings: query.when === "past" && !query.day ? bookings.reverse() : bookings };
}

const path = ({ reference, callSid }, rest = "") => `/bookings/${encodeURIComponent(reference)}${rest}?${new URLSearchParams({ callSid })}`;
export const read = (one) => ask("GET", path(one));
/** The call that booked it, while it is kept: how it stands with the mail is told there. */
export const callOf = ({ callSid }) => ask("GET", `/calls/${encodeURIComponent(callSid)}`);
/** @returns {Promise<{times: string[], why: string}>} */
export async function freeTimes(one, day) {
  const answer = await ask("GET", `${path(one, "/times")}&day=${encodeURIComponent(day)}`);
  return took(answer) ? { times: answer.body.times, why: "" } : { times: [], why: why(answer) };
}

/** @returns {Promise<{booking?: object, field?: string, why: string}>} the booking as it stands then, or why it does not, and which field is to blame */
async function done(method, one, body) {
  const answer = await ask(method, path(one), { ...body, ...(me.id ? { agentId: me.id } : {}) });
  if (took(answer)) {
    changed.value++;
    return { booking: answer.body, why: "" };
  }
  const { code = "", field = "" } = answer.body.errors?.[0] ?? {};
  return code ? { field, why: reason(code) } : { why: why(answer) };
}
/** @param {Record<string, string | null>} changes slots to values; null clears one */
export const change = (one, changes) => done("PATCH", one, changes);
export const cancel = (one, because) => done("DELETE", one, because ? { reason: because } : {});

export const feed = (business) => ask("GET", `/bookings/feed?${new URLSearchParams({ business })}`);
