/**
 * What a supervisor has typed to a caller and not yet said: kept for each call in this tab, also over a reload. It is gone once it is said, once the
 * call is over, and behind a shut door.
 */

import { effect } from "../ui.js";
import { find } from "./calls.js";
import { listen, state } from "./link.js";

const KEY = "slotline.drafts";
const drafts = new Map(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));

export const draft = (sid) => drafts.get(sid) ?? "";
/** @param {string} text "" for none */
export function keepDraft(sid, text) {
  if (text) drafts.set(sid, text);
  else drafts.delete(sid);
  if (drafts.size) sessionStorage.setItem(KEY, JSON.stringify([...drafts]));
  else sessionStorage.removeItem(KEY);
}

listen(({ type, payload }) => {
  const whole = type === "history" && payload.calls && !payload.cut; // of some calls nobody told us that they are over
  const told = whole ? [...drafts.keys()] : type === "status_change" && drafts.has(payload.callSid) ? [payload.callSid] : [];
  for (const sid of told) if (!find(sid)?.open.value) keepDraft(sid, "");
});
effect(() => { if (state.value === "shut") for (const sid of [...drafts.keys()]) keepDraft(sid, ""); });
