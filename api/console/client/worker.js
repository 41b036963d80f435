/** The SharedWorker: one for all tabs of a browser that have the page open. */

import { Hub } from "./hub.js";

/** By its lock the tabs know that it lives: a browser may run it beside one of them, and lose both at once. */
const alive = navigator.locks ? `slotline hub ${crypto.randomUUID()}` : "";
const hub = new Hub(undefined, alive);
const held = new Promise((begun) => {
  if (!alive) begun(undefined);
  else navigator.locks.request(alive, () => { begun(undefined); return new Promise(() => {}); });
});
/** @type {any} */ (globalThis).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => held.then(() => hub.attach(port));
