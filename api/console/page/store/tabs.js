/**
 * Which tab of this browser does what one of them is to do.
 *
 * Where there are Web Locks: the one that gets the lock, and the next as soon as it is gone. Over plain HTTP from another machine there are none. Then
 * those that may be heard tell each other so by a BroadcastChannel, and all choose alike: first who is looked at, then by their names. Whoever does
 * it says so; a tab that should have and did not is gone, and the next one does.
 */

import { effect } from "../ui.js";

/** Resolves once `holds` does not hold any more. */
export const until = (holds) => new Promise((done) => {
  let over = false;
  const stop = effect(() => { if (!over && !holds()) { over = true; queueMicrotask(() => stop()); done(); } });
});

const PATIENCE_MS = 1500; // a hidden tab is told of things a second late
const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
/** The other tabs that may be heard, and whether each is hidden. */
const others = new Map();
/** When each thing was last done by one of them. */
const done = new Map();
const awaited = new Set();
let [wanted, stands, channel] = [false, false, null];

const post = (kind, name = "") => channel.postMessage({ kind, name, from: me, hidden: document.hidden });
function hear({ data: { kind, name, from, hidden } }) {
  if (kind === "gone") others.delete(from);
  else others.set(from, hidden);
  if (kind === "who" && stands) post("here");
  if (kind === "did") done.set(name, performance.now());
  for (const look of awaited) look();
}
function be(on) {
  if (navigator.locks || on === stands || !globalThis.BroadcastChannel) return;
  stands = on;
  channel ??= Object.assign(new BroadcastChannel("slotline bell"), { onmessage: hear });
  post(on ? "who" : "gone");
}
/** Whether this tab may be heard. */
export function stand(on) {
  wanted = on;
  be(on);
}
document.addEventListener("visibilitychange", () => { if (stands) post("here"); });
addEventListener("pagehide", () => be(false));
addEventListener("pageshow", () => be(wanted));

/** Whether one of the others does it, at the latest so many milliseconds after it did it last. */
const byAnother = (name, within) => new Promise((told) => {
  const [since, began] = [done.get(name) ?? -Infinity, performance.now()];
  let timer = 0;
  const end = (found) => { clearTimeout(timer); awaited.delete(look); told(found); };
  const look = () => { if ((done.get(name) ?? -Infinity) > Math.max(since, began - within)) end(true); };
  if (since > began - within) return told(true);
  awaited.add(look);
  timer = setTimeout(end, PATIENCE_MS, false);
  return undefined;
});
const before = ([a, hiddenA], [b, hiddenB]) => hiddenA - hiddenB || (a < b ? -1 : 1);
const first = () => [[me, document.hidden], ...others].sort(before)[0][0];
/**
 * Whether this tab is the one that does it now, where there are no locks. `within`: what was done that many milliseconds ago is not done again.
 */
export async function chosen(name, within = PATIENCE_MS) {
  for (let best = first(); best !== me; best = first()) {
    if (await byAnother(name, within)) return false;
    others.delete(best);
  }
  if (channel) post("did", name);
  return true;
}

/** Does something in one tab of this browser, and keeps the others from it as long as `lasts` holds. */
export function alone(name, lasts, does) {
  if (navigator.locks) navigator.locks.request(`slotline ${name}`, { ifAvailable: true }, (lock) => { if (lock) { does(); return until(lasts); } return undefined; });
  else chosen(name).then((mine) => { if (mine) does(); });
}
