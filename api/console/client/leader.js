/**
 * Where there is no SharedWorker: one tab has the hub, and the others reach it through a BroadcastChannel.
 *
 * Who leads is whoever has a lock (Web Locks): the browser gives it to the next as soon as the one who has it is gone, however it went. Whoever begins to
 * lead calls, the others knock, are told "here", and join with the last event they saw.
 */

import { Hub } from "./hub.js";

/** @typedef {import("./hub.js").Port} Port */

/** A name that tells nobody what it was made of. @param {string} text */
async function digest(text) {
  const octets = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `slotline ${Array.from(octets, (each) => each.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param {string} key whose tabs share a stream
 * @param {(message: any) => void} deliver
 * @returns {import("./ways.js").Way}
 */
export function viaLeader(key, deliver) {
  const me = crypto.randomUUID();
  const ended = new AbortController();
  /** @type {BroadcastChannel | undefined} */
  let channel;
  /** @type {((message: any) => void) | undefined} to the hub that is asked, once there is one */
  let post;
  digest(key).then((name) => {
    if (ended.signal.aborted) return;
    const opened = (channel = new BroadcastChannel(name));
    const knock = () => opened.postMessage({ to: "leader", from: me, message: { kind: "knock" } });
    post = (message) => opened.postMessage({ to: "leader", from: me, message });
    opened.onmessage = ({ data }) => {
      if (data.to === me) deliver(data.message);
      if (data.to === "all") knock();
    };
    knock();
    navigator.locks.request(name, { signal: ended.signal }, () => new Promise((done) => {
      if (ended.signal.aborted) return done(undefined);
      post = lead(opened, deliver, ended.signal);
      ended.signal.addEventListener("abort", () => done(undefined));
    })).catch(() => {}); // let go before it was its turn
  });
  return {
    post: (message) => post?.(message),
    close: () => {
      post?.({ kind: "leave" });
      ended.abort();
      channel?.close();
    },
  };
}

/**
 * Be the one who has the hub. Returns how this tab itself speaks to it.
 *
 * @param {BroadcastChannel} channel
 * @param {(message: any) => void} deliver
 * @param {AbortSignal} ended the channel is closed: whoever asks next is led by another tab
 */
function lead(channel, deliver, ended) {
  const hub = new Hub();
  /** @type {Map<string, Port>} */
  const others = new Map();
  channel.onmessage = (event) => {
    const { to, from, message } = event.data;
    if (to !== "leader") return;
    if (message.kind === "knock") {
      const port = { postMessage: (/** @type {any} */ told) => ended.aborted || channel.postMessage({ to: from, message: told }), onmessage: null };
      others.get(from)?.onmessage?.({ data: { kind: "leave" } });
      others.set(from, port);
      hub.attach(port);
    } else {
      others.get(from)?.onmessage?.({ data: message });
      if (message.kind === "leave") others.delete(from);
    }
  };
  channel.postMessage({ to: "all" });
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => deliver(data);
  hub.attach(port2);
  return (/** @type {any} */ message) => port1.postMessage(message);
}
