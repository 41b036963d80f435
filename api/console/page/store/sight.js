/** Which emergencies have their row out of sight: scrolled away, or on a board that has no room beside a call. Whoever looks on is told of those elsewhere. */

import { signal } from "../ui.js";

/** Call ids. */
export const unseen = signal(new Set());
const HALF = 0.5;

function mark(sid, out) {
  if (unseen.peek().has(sid) === out) return;
  const next = new Set(unseen.peek());
  if (out) next.add(sid); else next.delete(sid);
  unseen.value = next;
}
const eye = new IntersectionObserver((seen) => {
  for (const { target, intersectionRatio } of seen) mark(target.dataset.sid, intersectionRatio < HALF);
}, { threshold: HALF });

/** @param {HTMLElement} row of the call that its `data-sid` names. Answers with what ends the watch. */
export function watched(row) {
  eye.observe(row);
  return () => { eye.unobserve(row); mark(row.dataset.sid, false); };
}
