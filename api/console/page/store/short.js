/** Calls in short: what every row needs of a call, as a list of calls or a record tells it. */

import { plain } from "../lib/text.js";
import { call, OPEN } from "./calls.js";

/** No turn was silent, or not understood. */
export const NONE = { turns: 0, since: 0 };

/** What every row needs; on `/events` the history brings it for all open calls. */
export function take(short) {
  const it = call(short.callSid);
  it.status.value = short.status;
  it.noted.value = short.booking?.state === "to_be_confirmed";
  it.progress.value = { ...it.progress.value, ...short.progress };
  it.from.value = short.from ?? "";
  it.language.value = short.language ?? "";
  it.business.value = short.business ?? "";
  it.firm.value = short.companyName ?? "";
  it.began.value = Date.parse(short.createdAt) || it.began.value;
  it.place ||= it.began.value;
  it.since.value = Date.parse(short.since) || 0;
  it.ended.value = OPEN.has(short.status) ? 0 : it.since.value;
  it.why.value = short.why ?? "";
  it.holder.value = short.heldBy ?? "";
  it.misses.value = short.misses ?? 0;
  if (short.lastMessages) it.lines.value = short.lastMessages;
  const quiet = short.status === "active" && short.lastMessages?.length === 2 && short.lastMessages.every((line) => line.speaker === "AI");
  it.silent.value = quiet ? { turns: 1, since: Date.parse(short.lastMessages[1].startedAt) } : NONE;
  it.lost.value = NONE;
  if (short.lastWords) it.words.value = plain(short.lastWords);
  it.ahead.clear();
  it.approval.value = short.approval ?? null;
  it.packet.value = short.packet ?? null;
  return it;
}

/** A record, or one of a list of them, in the short form. */
export function inShort(record) {
  const { history, progress, company } = record;
  const said = history?.findLast((line) => line.speaker === "customer" && line.message);
  const last = history && { lastMessages: history.slice(-2), lastWords: said?.message }; // a list has these, and no history
  return { ...record, ...last, status: record.status ?? progress.status, business: company?.id, companyName: company?.name };
}
