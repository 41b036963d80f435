/**
 * Calls that events speak of before anybody has told who they are: their number, language and business stand in the record, which is asked for once,
 * for several of them together. Also the rest of a list that was cut, and calls that ran out without a word.
 */

import { batch } from "../ui.js";
import { ask } from "../service.js";
import { everyone, find, forget } from "./calls.js";
import { now } from "./session.js";
import { inShort, take } from "./short.js";

const TOGETHER_MS = 150;
const FEW = 4; // asked for one by one
const PAGE = 200;
const SILENT_MS = 15 * 60_000;
const LOOK_MS = 60_000;
const AT_ONCE = 5;
const OVER_MS = 60_000;

let wanted = new Set();
let timer = 0;

export function introduce(sid) {
  wanted.add(sid);
  timer ||= setTimeout(meet, TOGETHER_MS);
}

/** Only what events do not tell: everything else they have told better by now. */
function named(record) {
  const it = find(record.callSid);
  if (!it) return;
  const { from, language, company, createdAt, misses, progress } = record;
  batch(() => {
    it.from.value = from ?? "";
    it.language.value = language ?? "";
    it.business.value = company?.id ?? "";
    it.firm.value = company?.name ?? "";
    it.began.value = Date.parse(createdAt) || it.began.value;
    it.misses.value = Math.max(it.misses.value, misses ?? 0);
    if (progress) it.progress.value = { ...progress, ...it.progress.value, filled: { ...progress.filled, ...it.progress.value.filled } };
  });
}
async function meet() {
  const sids = wanted;
  [wanted, timer] = [new Set(), 0];
  if (sids.size > FEW) {
    const { status, body } = await ask("GET", `/calls?count=${PAGE}`);
    if (status !== 200) return;
    for (const record of body.calls) if (sids.delete(record.callSid)) named(record);
  }
  for (const sid of [...sids].slice(0, FEW)) {
    const { status, body } = await ask("GET", `/calls/${encodeURIComponent(sid)}`);
    if (status === 200) named(body);
  }
}

/** @param {Record<string, string>} next by status, where the list of open calls was cut */
export async function rest(next) {
  for (const [state, from] of Object.entries(next ?? {})) {
    for (let before = from; before;) {
      const { status, body } = await ask("GET", `/calls?status=${state}&count=${PAGE}&before=${encodeURIComponent(before)}`);
      if (status !== 200) break;
      batch(() => { for (const record of body.calls) if (!find(record.callSid)) take(inShort(record)); });
      before = body.next;
    }
  }
}

/** What is over is kept for as long as it may still be on the screen. */
function clear() {
  for (const each of everyone()) if (!each.open.value && !each.current.value && now.value - each.ended.value > OVER_MS) forget(each.sid);
}
/** A caller who hung up without a word: the call runs out, and nothing tells of it. */
setInterval(async () => {
  batch(clear);
  const quiet = everyone().filter((each) => each.open.value && now.value - each.heardAt > SILENT_MS).slice(0, AT_ONCE);
  for (const each of quiet) {
    const { status } = await ask("GET", `/calls/${encodeURIComponent(each.sid)}`);
    if (status === 404) forget(each.sid);
    else each.heardAt = now.value;
  }
}, LOOK_MS);
