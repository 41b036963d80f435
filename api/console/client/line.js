/**
 * One stream of events, kept up.
 *
 * Each time it is opened it asks for a ticket with the token, so that no token stands in an address (docs/browsers.md), and goes on behind the last
 * event it saw. It is cut when the browser says so, when it has been silent for longer than `times.silence` heartbeats, or when the service does not
 * answer at all; then it comes back by itself after pauses from `times.first` to `times.most`, drawn anew each time, so that not all come back at once.
 *
 * While Redis is away a stream goes on from what the journal of the service's host takes, if it has one (docs/events.md): `GET /health` is looked at
 * beside it.
 */

import { ask, wait } from "./ask.js";
import { after } from "./ids.js";

/**
 * @typedef {"connecting" | "live" | "degraded" | "cut" | "shut" | "resting" | "over"} Phase
 *   degraded: the service has lost its store, what is shown may be old, or (`kept`) is what one host knows; cut: no line, tried again at `retryAt`; shut: the token is refused, see `why`;
 *   resting: let go because the tab is hidden; over: tried as often as it may, or closed
 *
 * @typedef {object} State
 * @property {Phase} phase
 * @property {"" | "missing" | "wrong" | "expired" | "refused" | "store"} why
 *   of "shut": no token, one that is unknown, one that was good before, not from here; of "cut": "store" when the service answers, but has lost its store
 * @property {number} retryAt milliseconds since 1970; 0: none is waited for
 * @property {number} tries attempts that failed since it was last up
 * @property {number} asOf milliseconds since 1970: when it was last known to be up; 0: never yet
 * @property {string} lastEventId
 * @property {number} awaySince of "degraded": milliseconds since 1970, as far as the service could tell; 0: not known
 * @property {boolean} kept of "degraded": whether steps are taken all the same, in the journal of the service's host
 *
 * @typedef {object} Event
 * @property {string} type
 * @property {Record<string, any>} payload
 * @property {number} [timestamp]
 * @property {string} [source]
 * @property {boolean} [degraded] came while Redis was away, and stands in no log yet
 *
 * @typedef {object} Times milliseconds, but `silence`
 * @property {number} first the shortest pause before it is tried again
 * @property {number} most the longest
 * @property {number} open until a stream that was asked for has begun
 * @property {number} request until a request is answered
 * @property {number} health between two looks at the health of the service
 * @property {number} silence how many heartbeats a stream may be silent for
 * @property {number} rest how long a hidden tab keeps its stream
 *
 * @typedef {object} Wanted
 * @property {string} service
 * @property {string} path
 * @property {string} token "": none
 * @property {string} last the id to go on behind; "": from the beginning
 * @property {number} attempts how often in a row it may be tried
 * @property {Times} times
 */

/** @type {Times} */
export const TIMES = { first: 1000, most: 30_000, open: 10_000, request: 10_000, health: 5000, silence: 2, rest: 10_000 };
const HEARTBEAT_S = 30;
/** What has no id of its own: a browser shows that of the event before. */
const WITHOUT_ID = new Set(["connected", "heartbeat", "reset"]);
const SPREAD = 0.25;
/** That it is up is told so often at most. */
const AGED_MS = 1000;

export class Line {
  /** @type {EventSource | null} */
  #source = null;
  /** Whatever was begun in an earlier round comes too late. */
  #round = 0;
  /** Whether the stream of this round has begun. */
  #begun = false;
  /** Whether what it begins with has still to come: nothing can be shown before. */
  #awaitsHistory = false;
  #beatS = HEARTBEAT_S;
  #wasGood = false;
  #asOf = 0;
  #toldAsOf = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #look;
  #online = () => { if (this.state.phase === "cut") this.retry(); };

  /**
   * @param {Wanted} wanted
   * @param {(event: Event, id: string) => void} hear each event once, in order; "": it has no id
   * @param {(state: State) => void} tell each time the state changes
   */
  constructor(wanted, hear, tell) {
    this.wanted = wanted;
    this.last = wanted.last;
    this.hear = hear;
    this.tell = tell;
    /** @type {State} */
    this.state = { phase: "connecting", why: "", retryAt: 0, tries: 0, asOf: 0, lastEventId: this.last, awaySince: 0, kept: false };
    globalThis.addEventListener?.("online", this.#online);
    this.#open();
  }

  /** Try now, whatever pause is left and however often it failed. Nothing when it is up. */
  retry() {
    if (this.up) return;
    this.#move({ tries: 0 });
    this.#open();
  }

  close() {
    this.#drop();
    globalThis.removeEventListener?.("online", this.#online);
    this.hear = this.tell = () => {};
  }

  get up() {
    return this.state.phase === "live" || this.state.phase === "degraded";
  }

  async #open() {
    this.#drop();
    const round = this.#round;
    const { service, path, token, times } = this.wanted;
    this.#move(this.state.phase === "cut" ? { retryAt: 0 } : { phase: "connecting", why: "", retryAt: 0 });
    const given = await ask("POST", "/events/ticket", undefined, { token, service, timeoutMs: times.request });
    if (round !== this.#round) return;
    if (given.status === 401 || given.status === 403) return this.#shut(given.status);
    if (!given.body.ticket) return this.#failed(1000 * Number(given.headers.get("Retry-After") ?? 0));
    this.#wasGood = true;
    const address = new URL(service + path);
    address.searchParams.set("ticket", given.body.ticket);
    if (this.last) address.searchParams.set("lastEventId", this.last);
    this.#source = new EventSource(address);
    this.#source.onmessage = (message) => this.#take(message);
    // Never left to the browser: it would come back with the same ticket, which is used up.
    this.#source.onerror = () => this.#failed();
    this.#silence = wait(() => this.#failed(), times.open);
  }

  /** @param {MessageEvent<string>} message */
  #take(message) {
    /** @type {Event} */
    const event = JSON.parse(message.data);
    const id = WITHOUT_ID.has(event.type) || event.degraded ? "" : message.lastEventId;
    this.#asOf = Date.now();
    if (event.type === "connected") this.#begin(event);
    clearTimeout(this.#silence);
    this.#silence = wait(() => this.#failed(), this.#beatS * 1000 * this.wanted.times.silence);
    if (event.type === "reset") this.last = "";
    if (id && event.type !== "history" && !after(id, this.last)) return; // seen
    if (id) this.last = id;
    if (event.type === "history" && !event.degraded) this.#awaitsHistory = false;
    this.hear(event, id);
    if (event.degraded) this.#move({ phase: "degraded" });
    else this.#move(id || event.type === "history" ? { phase: "live" } : {});
  }

  /** @param {Event} connected */
  #begin({ payload }) {
    this.#begun = true;
    this.#awaitsHistory = !this.last;
    this.#beatS = payload.heartbeatS || HEARTBEAT_S;
    this.#move({ ...(this.#awaitsHistory ? {} : { phase: "live" }), why: "", tries: 0, retryAt: 0 });
    this.#examine();
  }

  /** Whether the service still has its store, now and every so often while the line is up. */
  async #examine() {
    const round = this.#round;
    const { service, times } = this.wanted;
    const { status, body } = await ask("GET", "/health", undefined, { service, timeoutMs: times.request });
    if (round !== this.#round) return;
    const whole = status !== 200 || (body.parts?.store?.status === "ok" && body.parts?.events?.status === "ok");
    if (!this.#begun) return this.#move({ why: status && !whole ? "store" : "" });
    if (!status) return this.#failed(); // whom nobody answers has no line either, long before a heartbeat is missed
    if (whole) this.#asOf = Date.now();
    const { store, journal } = body.parts ?? {};
    if (!whole) this.#move({ phase: "degraded", awaySince: Date.parse(store?.since) || 0, kept: Boolean(journal) && journal.status !== "unavailable" });
    else this.#move(this.#awaitsHistory ? {} : { phase: "live" });
    this.#look = wait(() => this.#examine(), times.health);
  }

  /** @param {number} atLeast milliseconds that the service asks for */
  #failed(atLeast = 0) {
    const tries = this.#begun ? 0 : this.state.tries + 1;
    this.#drop();
    if (tries >= this.wanted.attempts) return this.#move({ phase: "over", why: "", tries, retryAt: 0 });
    const { first, most } = this.wanted.times;
    const pause = Math.min(most / (1 + SPREAD), first * 2 ** Math.max(0, tries - 1)) * (1 + SPREAD * Math.random());
    const retryAt = Date.now() + Math.max(pause, atLeast || 0);
    this.#again = wait(() => this.#open(), retryAt - Date.now());
    this.#move({ phase: "cut", tries, retryAt });
    this.#examine();
  }

  /** @param {number} status */
  #shut(status) {
    const wrong = this.#wasGood ? "expired" : this.wanted.token ? "wrong" : "missing";
    this.#drop();
    this.#move({ phase: "shut", why: status === 403 ? "refused" : wrong, retryAt: 0 });
  }

  #drop() {
    this.#round++;
    this.#begun = false;
    this.#source?.close();
    this.#source = null;
    for (const timer of [this.#again, this.#silence, this.#look]) clearTimeout(timer);
  }

  /** @param {Partial<State>} change */
  #move(change) {
    const before = this.state;
    this.state = { ...before, ...change, asOf: this.#asOf, lastEventId: this.last };
    const told = /** @type {const} */ (["phase", "why", "retryAt", "tries", "awaySince", "kept"]);
    const same = told.every((name) => this.state[name] === before[name]);
    if (same && this.#asOf < this.#toldAsOf + AGED_MS) return;
    this.#toldAsOf = this.#asOf;
    this.tell(this.state);
  }
}
