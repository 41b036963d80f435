/** Mails that came back before this page was opened: their calls are over, and no list of open calls has them. */

import { batch } from "../ui.js";
import { ask } from "../service.js";
import { find } from "./calls.js";
import { inShort, take } from "./short.js";

/** @param {object | null} first page of what could not be delivered @param {(before: string) => Promise<{deliveries: object[], next: string | null} | null>} page the others */
export async function returned(first, page) {
  const seen = new Set();
  for (let list = first; list; list = list.next === null ? null : await page(list.next)) {
    const made = new Map(list.deliveries.filter(({ kind, callSid }) => kind === "mail" && !seen.has(callSid)).map((each) => [each.callSid, Date.parse(each.made)]));
    for (const [sid, at] of made) {
      seen.add(sid);
      const { status, body: record } = await ask("GET", `/calls/${encodeURIComponent(sid)}`);
      if (status === 200 && record.booking?.mail === "returned") batch(() => { (find(sid) ?? take(inShort(record))).mailBack.value = at; });
    }
  }
}
