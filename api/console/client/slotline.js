/**
 * Slotline's events in a browser. A module without dependencies, served at `/console/client.js`; docs/embedding.md shows how to use it elsewhere.
 *
 *     import { connect } from "https://slotline.example.com/console/client.js";
 *     const line = connect({ token, hear: (event, id) => console.log(event.type, event.payload), tell: (state) => console.log(state.phase) });
 *
 * Each event of the stream is heard once and in order, across cuts, restarts of the service, tabs that are hidden and computers that sleep. However many
 * tabs of a browser read the same with the same token, the service has one reader.
 */

import { ask, service, wait } from "./ask.js";
import { after } from "./ids.js";
import { TIMES } from "./line.js";
import { life, prepare, ways } from "./ways.js";

export { ask, prepare, service, TIMES };

/** @typedef {import("./line.js").State} State */
/** @typedef {import("./line.js").Event} Event */
/** @typedef {import("./line.js").Times} Times */
/**
 * @typedef {object} Options
 * @property {(event: Event, id: string) => void} hear each event once, in order; the id is "" for what stands in no record
 * @property {(state: State) => void} [tell] the state of the line, now and each time it changes
 * @property {string} [token] "": the service has no tokens
 * @property {string} [path] "/events", "/calls/<callSid>/events" or "/agents/<agentId>/events"
 * @property {string} [service] where the service is; otherwise where this module came from
 * @property {string} [lastEventId] go on behind this event; "": begin with a `history`
 * @property {boolean} [alerts] keep the stream while the tab is hidden
 * @property {number} [attempts] how often in a row it is tried before it is given up
 * @property {"auto" | "worker" | "leader" | "alone"} [share] how tabs share the stream
 * @property {Partial<Times>} [times]
 */

/**
 * Reads a stream until it is closed.
 *
 * @param {Options} options
 */
export function connect(options) {
  return new Connection(options);
}

class Connection {
  #options;
  #wanted;
  #alerts;
  #ended = false;
  /** Whatever an earlier way still brings comes too late. */
  #round = 0;
  /** @type {import("./ways.js").Way | undefined} */
  #way;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
  /** @type {(() => void) | undefined} */
  #dies;
  #look = () => this.#consider();
  #leave = () => this.#release("resting");

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#alerts = options.alerts ?? false;
    const base = (options.service ?? service).replace(/\/$/, "");
    this.#wanted = {
      service: base, path: options.path ?? "/events", token: options.token ?? "", last: options.lastEventId ?? "",
      attempts: options.attempts ?? Infinity, times: { ...TIMES, ...options.times },
    };
    /** @type {State} */
    this.state = { phase: "connecting", why: "", retryAt: 0, tries: 0, asOf: 0, lastEventId: this.#wanted.last, awaySince: 0, kept: false };
    document.addEventListener("visibilitychange", this.#look);
    addEventListener("pageshow", this.#look);
    addEventListener("pagehide", this.#leave);
    this.#begin();
    this.#consider();
  }

  /** Try now: the pause is over, and attempts are counted anew. */
  retry() {
    this.#way?.post({ kind: "retry" });
  }

  /** Whether the stream is kept while the tab is hidden. @param {boolean} alerts */
  setAlerts(alerts) {
    this.#alerts = alerts;
    this.#consider();
  }

  /** Let go of the stream for good. */
  close() {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#resting);
    document.removeEventListener("visibilitychange", this.#look);
    removeEventListener("pageshow", this.#look);
    removeEventListener("pagehide", this.#leave);
    this.#release("over");
  }

  #begin() {
    const { service: base, path, token } = this.#wanted;
    this.#tell({ ...this.state, phase: "connecting", why: "", retryAt: 0 });
    this.#reach(ways(this.#options.share ?? "auto", JSON.stringify([base, path, token])));
  }

  /** @param {import("./ways.js").Opened[]} all the ways that are left */
  #reach([first, ...others]) {
    const round = ++this.#round;
    let here = false;
    const fail = () => {
      if (round !== this.#round || here || !others.length) return;
      this.#way?.close();
      this.#reach(others);
    };
    const timer = wait(fail, this.#wanted.times.open);
    try {
      this.#way = first((message) => {
        if (round !== this.#round) return;
        clearTimeout(timer);
        here = true;
        this.#take(message);
      }, fail);
    } catch {
      this.#way = undefined;
      fail();
    }
  }

  /** @param {import("./hub.js").ToTab} message */
  #take(message) {
    if (message.kind === "here") this.#join(message.alive);
    else if (message.kind === "state") this.#tell(message.state);
    else this.#hear(message.event, message.id);
  }

  /** @param {string} hub the name of its lock */
  async #join(hub) {
    const round = this.#round;
    this.#dies?.();
    const { name: alive, dies } = await life();
    if (round !== this.#round) return dies();
    this.#dies = dies;
    this.#way?.post({ kind: "join", wanted: this.#wanted, alive });
    if (hub) navigator.locks.request(hub, () => { if (round === this.#round) this.#begin(); }); // it is gone
  }

  /** @param {Event} event @param {string} id */
  #hear(event, id) {
    const { last } = this.#wanted;
    if (id && event.type !== "history" && !after(id, last)) return; // told already, by a hub that came later
    if (id || event.type === "reset") this.#wanted.last = id;
    this.#options.hear(event, id);
  }

  /** Let go of the stream while nobody looks, and take it up again behind what was heard last. */
  #consider() {
    clearTimeout(this.#resting);
    const { phase } = this.state;
    const unseen = document.hidden && !this.#alerts;
    if (phase === "resting" && !unseen) this.#begin();
    else if (unseen && phase !== "shut" && phase !== "over") this.#resting = wait(this.#leave, this.#wanted.times.rest);
  }

  /** @param {"resting" | "over"} phase */
  #release(phase) {
    if (this.state.phase === "resting" && phase === "resting") return;
    this.#way?.post({ kind: "leave" });
    this.#way?.close();
    this.#way = undefined;
    this.#round++;
    this.#dies?.();
    this.#tell({ ...this.state, phase, retryAt: 0 });
  }

  /** @param {State} state */
  #tell(state) {
    this.state = { ...state, lastEventId: this.#wanted.last };
    this.#options.tell?.(this.state);
  }
}
