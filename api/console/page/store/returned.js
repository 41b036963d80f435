/** Mails that came back before this page was opened: their calls are over, and no list of open calls has them. */

import { batch } from "../ui.js";
import { ask } from "../service.js";
import { find } from "./calls.js";
import { inShort, take } from "./short.js";

const PAGE = 200;

export async function returned() {
  const seen = new Set();
  let before = "";
  while (before !== null) {
    const { status, body } = await ask("GET", `/outbox?count=${PAGE}&before=${encodeURIComponent(before)}`);
    if (status !== 200) return;
    const made = new Map(body.deliveries.filter(({ kind, callSid }) => kind === "mail" && !seen.has(callSid)).map((each) => [each.callSid, Date.parse(each.made)]));
    for (const [sid, at] of made) {
      seen.add(sid);
      const { status: there, body: record } = await ask("GET", `/calls/${encodeURIComponent(sid)}`);
      if (there === 200 && record.booking?.mail === "returned") batch(() => { (find(sid) ?? take(inShort(record))).mailBack.value = at; });
    }
    before = body.next;
  }
}
