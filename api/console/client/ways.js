/**
 * How a tab reaches the hub: a SharedWorker where there is one of the page's own origin, else one of the tabs leads the others, else each for itself.
 *
 * A way is a function of what it brings (`deliver`) and of what to do when it leads nowhere (`fail`); it gives `post`, by which the tab answers, and
 * `close`. Whenever a hub begins to listen it says so ("here"), and the tab joins it, anew if it was with another before.
 */

import { Hub } from "./hub.js";
import { viaLeader } from "./leader.js";

/** @typedef {import("./hub.js").ToTab} ToTab */
/** @typedef {import("./hub.js").FromTab} FromTab */
/** @typedef {{post: (message: FromTab) => void, close: () => void}} Way */
/** @typedef {(deliver: (message: ToTab) => void, fail: () => void) => Way} Opened */

const WORKER = new URL("worker.js", import.meta.url).href;

/** The one address that may become a script: where a page requires Trusted Types it lets this policy in by its name, "slotline". */
const trusted = (() => {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  try {
    return trustedTypes?.createPolicy("slotline", { createScriptURL: (/** @type {string} */ url) => { if (url !== WORKER) throw new TypeError(url); return url; } });
  } catch {
    return null; // not let in: then the worker is refused, if the page requires it, and another way is found
  }
})();

const HAS_WORKER = Boolean(globalThis.SharedWorker) && new URL(WORKER).origin === location.origin;
const begun = () => new SharedWorker(trusted ? trusted.createScriptURL(WORKER) : WORKER, { type: "module", name: "slotline" });

/** A way to the worker that nobody has gone yet, and whether it leads nowhere. @type {{shared: SharedWorker, failed: boolean} | undefined} */
let ahead;
/** @type {ReturnType<typeof living> | undefined} */
let lifeAhead;

/** Have the worker begin, where there will be one: that takes a moment, in which it may not be known yet what is to be read. */
export function prepare() {
  lifeAhead ??= living();
  try {
    if (!HAS_WORKER || ahead) return;
    const found = (ahead = { shared: begun(), failed: false });
    found.shared.onerror = () => { found.failed = true; };
  } catch { /* refused: another way will be found */ }
}

/**
 * A lock that is held until `dies` is called, or the tab is gone: by its name others know that the tab lives. "" where there are none.
 *
 * @returns {Promise<{name: string, dies: () => void}>}
 */
function living() {
  if (!navigator.locks) return Promise.resolve({ name: "", dies: () => {} });
  const name = `slotline tab ${crypto.randomUUID()}`;
  return new Promise((held) => {
    navigator.locks.request(name, () => new Promise((dies) => held({ name, dies: () => dies(undefined) })));
  });
}
/** The life of a tab that joins: one that was begun ahead, if there is one. */
export function life() {
  const found = lifeAhead ?? living();
  lifeAhead = undefined;
  return found;
}

/** @type {Opened} */
function worker(deliver, fail) {
  const { shared, failed } = ahead ?? { shared: begun(), failed: false };
  ahead = undefined;
  if (failed) throw new Error("the worker does not begin");
  shared.onerror = fail;
  shared.port.onmessage = ({ data }) => deliver(data);
  return { post: (message) => shared.port.postMessage(message), close: () => shared.port.close() };
}

/** @type {Opened} */
function alone(deliver) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => deliver(data);
  new Hub().attach(port2);
  return { post: (message) => port1.postMessage(message), close: () => port1.close() };
}

/**
 * The ways that this browser has, the best first.
 *
 * @param {string} share "auto", or the only one that is wanted: "worker", "leader", "alone"
 * @param {string} key whose tabs share a stream
 * @returns {Opened[]}
 */
export function ways(share, key) {
  /** @type {Record<string, Opened>} */
  const all = {};
  if (HAS_WORKER) all.worker = worker;
  if (globalThis.BroadcastChannel && globalThis.navigator.locks && globalThis.crypto?.subtle) all.leader = (deliver) => viaLeader(key, deliver);
  all.alone = alone;
  return share === "auto" ? Object.values(all) : [all[share] ?? alone];
}
