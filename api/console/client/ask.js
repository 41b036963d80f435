/** Requests with a limit of time. */

/** Where the service is: the address that this module came from, without what is the console's own. */
export const service = new URL(import.meta.url).href.replace(/\/console\/.*$/, "");

/** What a timer of a browser can hold; one that is given more is over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** `setTimeout` that takes any length of time, Infinity too. @param {() => void} does @param {number} ms */
export function wait(does, ms) {
  return setTimeout(does, Math.min(ms, LONGEST_MS));
}

/**
 * @typedef {object} Answer
 * @property {number} status 0: nobody answered in time
 * @property {any} body what the JSON says; a text where it is none; {} where there is nothing
 * @property {Headers} headers
 */

/**
 * Asks the service. Never throws, and never waits for good.
 *
 * @param {string} method
 * @param {string} path from the service on, such as "/calls"
 * @param {unknown} [body] sent as JSON; undefined: none
 * @param {{token?: string, service?: string, timeoutMs?: number, signal?: AbortSignal | null, keepalive?: boolean}} [options]
 *   `timeoutMs`: how long the whole answer may take; `keepalive`: sent also when the page is left in that moment
 * @returns {Promise<Answer>}
 */
export async function ask(method, path, body, { token = "", service: base = service, timeoutMs = 15_000, signal = null, keepalive = false } = {}) {
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = wait(end, timeoutMs);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    const answer = await fetch(base + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: ended.signal,
      cache: "no-store", credentials: "omit", redirect: "error", keepalive,
    });
    return { status: answer.status, body: read(await answer.text()), headers: answer.headers };
  } catch {
    return { status: 0, body: {}, headers: new Headers() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

/** @param {string} text */
function read(text) {
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
