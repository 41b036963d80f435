/** What could not be delivered, mails and webhooks: how many there are, what each was, and what becomes of one that is sent again. */

import { batch, computed, effect, signal, untracked } from "../ui.js";
import { ask } from "../service.js";
import { say, took, why } from "./actions.js";
import { listen, state } from "./link.js";
import { returned } from "./returned.js";

const MOST = 200;
const PAUSE_MS = 600;
/** null until they were asked for. */
export const letters = signal(null);
/** Whether there are more than were asked for. */
const more = signal(false);
/** Whether they could not be fetched the last time. */
export const failed = signal(false);
/** By id, what became of those that were sent again here: `{letter, how: "sending" | "waiting" | "arrived" | "back" | "gone", why, due}`. */
export const again = signal(new Map());
export const count = computed(() => (letters.value?.length ? `${letters.value.length}${more.value ? "+" : ""}` : ""));
/** Those that are listed, and those that were sent again from here. */
export const shown = computed(() => {
  const listed = letters.value ?? [];
  const ids = new Set(listed.map(({ id }) => id));
  return [...[...again.value.values()].map(({ letter }) => letter).filter(({ id }) => !ids.has(id)), ...listed];
});

let timer = 0;
const page = async (before) => {
  const { status, body } = await ask("GET", `/outbox?${new URLSearchParams({ count: MOST, before })}`);
  return status === 200 ? body : null;
};
/** The first page, for whoever goes on from there. */
async function read() {
  timer = 0;
  const list = await page("");
  if (untracked(() => state.value) === "shut") return null; // behind a shut door nothing is taken in
  batch(() => {
    failed.value = !list;
    if (list) [letters.value, more.value] = [list.deliveries, Boolean(list.next)];
  });
  return list;
}
const soon = () => { timer ||= setTimeout(read, PAUSE_MS); };

/** What a call owes still. @returns {Promise<object[] | null>} null: it could not be asked for */
export async function owedBy(sid) {
  const { status, body } = await ask("GET", `/outbox?${new URLSearchParams({ callSid: sid })}`);
  return status === 200 ? body.deliveries : null;
}

const LOOKS_MS = [700, 1500, 3000, 6000, 12_000];
const note = (letter, how) => { again.value = new Map(again.value).set(letter.id, { letter, ...how }); };
/** Looks after it for a while: it has arrived when its call owes it no more. */
async function follow(letter, looks = LOOKS_MS) {
  if (!looks.length || again.value.get(letter.id)?.how === "arrived") return;
  await new Promise((over) => setTimeout(over, looks[0]));
  const owed = await owedBy(letter.callSid);
  if (untracked(() => state.value) === "shut") return;
  const found = owed?.find(({ id }) => id === letter.id);
  if (owed && !found) note(letter, { how: "arrived" });
  else if (found?.state === "given_up") note(found, { how: "back", why: found.why });
  else if (found?.tries) note(found, { how: "waiting", why: found.why, due: found.due });
  if (owed && found?.state !== "waiting") soon();
  else await follow(letter, looks.slice(1));
}
export async function sendAgain(letter) {
  if (again.value.get(letter.id)?.how === "sending") return;
  note(letter, { how: "sending" });
  const answer = await ask("POST", `/outbox/${encodeURIComponent(letter.id)}/send`, { callSid: letter.callSid });
  if (took(answer)) {
    letters.value = letters.value?.filter(({ id }) => id !== letter.id) ?? null;
    await follow(letter);
  } else if (answer.status === 404) {
    note(letter, { how: "gone" });
    soon();
  } else {
    again.value = new Map([...again.value].filter(([id]) => id !== letter.id));
    say(why(answer));
  }
}
const pending = ({ how }) => how === "sending" || how === "waiting";
/** What was sent again and is done with is off the list once one comes to it anew; what is not is looked after again. @param {string} [sid] of this call */
export function look(sid) {
  const mine = [...again.value.values()].filter((each) => pending(each) && (!sid || each.letter.callSid === sid));
  if (!sid) again.value = new Map(mine.map((each) => [each.letter.id, each]));
  for (const { letter } of mine) follow(letter, [0]);
}

listen(({ type, payload }) => {
  if (type === "history" && payload.calls) read().then((list) => returned(list, page));
  if (type === "tool_result" && (payload.tool === "mail" || payload.tool === "webhook")) {
    if (payload.success === false || letters.value?.length) soon();
    look(payload.callSid);
  }
  if (type === "status_change" && payload.status === "erased") {
    const theirs = ({ callSid }) => callSid !== payload.callSid;
    again.value = new Map([...again.value].filter(([, { letter }]) => theirs(letter)));
    letters.value = letters.value?.filter(theirs) ?? null;
  }
});
effect(() => { if (state.value === "shut") [letters.value, again.value] = [null, new Map()]; });
