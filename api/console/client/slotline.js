/** A stand-in for the client module while it is being written: same interface, a stream a tab. */

export const service = new URL("../../..", import.meta.url);

export async function ask(method, path, body, { token = "", timeoutMs = 15000 } = {}) {
  const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  try {
    const answer = await fetch(new URL(path.slice(1), service), { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs), cache: "no-store" });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {}, headers: answer.headers };
  } catch {
    return { status: 0, body: {}, headers: new Headers() };
  }
}

export function connect({ token = "", path = "/events", lastEventId = "", hear, tell }) {
  const state = { phase: "connecting", why: "", retryAt: 0, tries: 0, asOf: Date.now(), lastEventId };
  let [source, timer, over, good] = [null, 0, false, false];
  const say = (changes) => tell({ ...Object.assign(state, changes) });
  async function open() {
    clearTimeout(timer);
    source?.close();
    const { status, body } = await ask("POST", "/events/ticket", undefined, { token });
    if (over) return;
    if (status === 401 || status === 403) { say({ phase: "shut", why: token ? (good ? "expired" : "wrong") : "missing" }); return; }
    if (status !== 200) { again(); return; }
    const url = new URL(path.slice(1), service);
    url.searchParams.set("ticket", body.ticket);
    if (state.lastEventId) url.searchParams.set("lastEventId", state.lastEventId);
    source = new EventSource(url);
    source.onmessage = (message) => {
      if (message.lastEventId) state.lastEventId = message.lastEventId;
      const event = JSON.parse(message.data);
      good = true;
      say({ phase: event.degraded ? "degraded" : "live", tries: 0, retryAt: 0, asOf: Date.now() });
      hear(event, message.lastEventId && !["connected", "heartbeat", "reset"].includes(event.type) ? message.lastEventId : "");
    };
    source.onerror = () => { source.close(); if (!over) again(); };
  }
  function again() {
    const pause = Math.min(30000, 1000 * 2 ** state.tries) * (0.75 + Math.random() / 4);
    say({ phase: "cut", tries: state.tries + 1, retryAt: Date.now() + pause });
    timer = setTimeout(() => { say({ retryAt: 0 }); open(); }, pause);
  }
  open();
  return {
    close() { over = true; clearTimeout(timer); source?.close(); },
    retry() { say({ retryAt: 0 }); open(); },
    setAlerts() {},
    get state() { return state; },
  };
}
