/**
 * What takes a moment elsewhere is asked for before the page itself is read and drawn: the worker is begun, and the service is asked who sits here.
 *
 * And so what that needs: the token that opens the door. It stays in this tab, also over a reload, and is gone when the tab is closed.
 */

import { ask, prepare } from "../client/slotline.js";

const KEY = "slotline.token";

/** A token in the address is taken out of it at once, so that it does not get about. */
function brought() {
  const query = new URLSearchParams(location.search);
  const found = query.get("token");
  if (found === null) return sessionStorage.getItem(KEY) ?? "";
  query.delete("token");
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  return found;
}
let held = "";
export const token = {
  get: () => held,
  set(value) {
    held = value;
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  },
};
token.set(brought());

const who = () => ask("GET", "/desk", undefined, { token: held });
let first = who();
prepare();

/** The answer of `GET /desk`; to whoever wants it first, the one that was asked for at the beginning. */
export function whoSits() {
  const answer = first ?? who();
  first = null;
  return answer;
}
