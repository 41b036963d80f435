/**
 * Where the tabs of one browser share their streams: one line for all who read the same with the same token, however many they are.
 *
 * Who comes later needs what the others had already. The newest events are kept here, so a tab that was away for a moment is given those it missed.
 * One that has nothing yet, or was away for longer, gets a line of its own at the side, until what that brings reaches into what is kept here; from
 * there on it follows with the others. Ids have one order, so nothing is missed or told twice in between.
 *
 * It knows nothing of tabs but their ports: it runs in a SharedWorker (worker.js), in the tab that leads the others (leader.js), or in a tab alone.
 */

import { after } from "./ids.js";
import { Line } from "./line.js";

/** @typedef {import("./line.js").Wanted} Wanted */
/** @typedef {import("./line.js").State} State */
/** @typedef {import("./line.js").Event} Event */
/**
 * @typedef {{kind: "here", alive: string} | {kind: "event", event: Event, id: string} | {kind: "state", state: State}} ToTab
 * @typedef {{kind: "join", wanted: Wanted, alive: string} | {kind: "leave"} | {kind: "retry"}} FromTab
 *   `alive`: the name of a lock that the tab, or the hub, has for as long as it lives; "": it has none
 * @typedef {{postMessage: (message: any) => void, onmessage: ((message: any) => any) | null}} Port
 */

/** How many of the newest events are kept for those who come late. */
export const KEPT = 2000;

export class Hub {
  /** @type {Map<string, Topic>} */
  #topics = new Map();
  #kept;
  #alive;

  /** @param {number} kept @param {string} alive the name of the lock of whoever runs this */
  constructor(kept = KEPT, alive = "") {
    this.#kept = kept;
    this.#alive = alive;
  }

  /** @param {Port} port */
  attach(port) {
    /** @type {Topic | undefined} */
    let topic;
    /** @type {Tab | undefined} */
    let tab;
    const leave = () => {
      if (tab) topic?.leave(tab);
      tab = topic = undefined;
    };
    port.onmessage = ({ data }) => {
      if (data.kind === "retry") tab?.retry();
      if (data.kind === "leave") leave();
      if (data.kind !== "join") return;
      leave();
      topic = this.#topic(data.wanted);
      const joined = (tab = topic.join(data.wanted, (message) => port.postMessage(message)));
      // Nothing tells that a tab is gone, but that its lock is free.
      if (data.alive) globalThis.navigator.locks.request(data.alive, () => { if (tab === joined) leave(); });
    };
    port.postMessage({ kind: "here", alive: this.#alive });
  }

  /** @param {Wanted} wanted */
  #topic({ service, path, token }) {
    const key = JSON.stringify([service, path, token]);
    const found = this.#topics.get(key) ?? new Topic(this.#kept, () => this.#topics.delete(key));
    this.#topics.set(key, found);
    return found;
  }
}

/** Who reads one stream with one token. */
class Topic {
  /** @type {Line | null} */
  main = null;
  /** Behind this id everything is in `events`; "": nothing is known yet. */
  floor = "";
  /** @type {{event: Event, id: string}[]} */
  events = [];
  /** @type {Set<Tab>} */
  #tabs = new Set();
  #kept;
  #ended;

  /** @param {number} kept @param {() => void} ended called when nobody is left */
  constructor(kept, ended) {
    this.#kept = kept;
    this.#ended = ended;
  }

  /** @param {Wanted} wanted @param {(message: ToTab) => void} send */
  join(wanted, send) {
    const tab = new Tab(this, wanted, send);
    this.#tabs.add(tab);
    if (!this.main) {
      this.floor = wanted.last;
      tab.follows = true;
      this.main = new Line(wanted, (event, id) => this.#hear(event, id), () => this.#tell());
    }
    send({ kind: "state", state: tab.state });
    tab.catchUp();
    return tab;
  }

  /** @param {Tab} tab */
  leave(tab) {
    tab.close();
    this.#tabs.delete(tab);
    if (this.#tabs.size) return;
    this.main?.close();
    this.#ended();
  }

  #tell() {
    for (const tab of this.#tabs) {
      tab.send({ kind: "state", state: tab.state });
      tab.catchUp();
    }
  }

  /** @param {Event} event @param {string} id */
  #hear(event, id) {
    const whole = event.type === "history" && !event.degraded;
    if (whole) [this.events, this.floor] = [[], id];
    else if (id) this.#keep(event, id);
    for (const tab of this.#tabs) {
      if (whole) tab.follow();
      if (tab.follows) tab.send({ kind: "event", event, id });
    }
  }

  /** @param {Event} event @param {string} id */
  #keep(event, id) {
    const { status, callSid } = event.payload;
    // Nothing of an erased caller is kept, here as little as in the service.
    if (status === "erased") this.events = this.events.filter((each) => each.event.payload.callSid !== callSid);
    this.events.push({ event, id });
    if (this.events.length <= this.#kept) return;
    const cut = this.events.splice(0, Math.ceil(this.#kept / 10));
    this.floor = cut[cut.length - 1].id;
  }
}

/** One tab, as far as it is a reader of one stream. */
class Tab {
  /** Whether it has all that the others had, and so gets what they get. */
  follows = false;
  /** Whether it was told what the service's host knows while Redis is away. */
  #told = false;
  /** @type {Line | null} */
  #side = null;
  #topic;
  #wanted;

  /** @param {Topic} topic @param {Wanted} wanted @param {(message: ToTab) => void} send */
  constructor(topic, wanted, send) {
    this.#topic = topic;
    this.#wanted = wanted;
    this.last = wanted.last;
    this.send = send;
  }

  /** How the line stands for this tab: it is no more than connecting while others have what it has not. */
  get state() {
    const { state } = /** @type {Line} */ (this.#topic.main);
    return this.follows || this.#told || !(state.phase === "live" || state.phase === "degraded") ? state : { ...state, phase: /** @type {const} */ ("connecting") };
  }

  retry() {
    this.#topic.main?.retry();
    this.#side?.retry();
  }

  /** From now on it gets what the others get. */
  follow() {
    if (this.follows) return;
    this.follows = true;
    this.close();
    this.send({ kind: "state", state: this.state });
  }

  /** Give it what it missed, as far as that is here; else ask for it, once there is a line. */
  catchUp() {
    const { main, floor, events } = this.#topic;
    if (this.follows || !main?.up) return;
    if (floor && this.last && !after(floor, this.last)) {
      for (const { event, id } of events) if (after(id, this.last)) this.send({ kind: "event", event, id });
      this.follow();
    } else {
      this.#side ??= new Line({ ...this.#wanted, last: this.last, attempts: Infinity }, (event, id) => this.#hear(event, id), () => {});
    }
  }

  close() {
    this.#side?.close();
    this.#side = null;
  }

  /** @param {Event} event @param {string} id what the line at the side brings */
  #hear(event, id) {
    if (event.type === "reset") this.last = "";
    if (!id && !event.degraded && event.type !== "reset") return; // the main line says so too
    this.send({ kind: "event", event, id });
    if (event.degraded && !this.#told) {
      this.#told = true;
      this.send({ kind: "state", state: this.state });
    }
    if (id) this.last = id;
    this.catchUp();
  }
}
