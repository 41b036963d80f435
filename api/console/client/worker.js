/** The SharedWorker: one for all tabs of a browser that have the page open. */

import { Hub } from "./hub.js";

const hub = new Hub();
/** @type {any} */ (globalThis).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => hub.attach(port);
