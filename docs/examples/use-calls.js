// A React hook: the open calls, live, and how the line stands. Copy it, and put your service in the place of the address.
import { useEffect, useReducer, useRef, useState } from "react";
import { connect } from "https://slotline.example.com/console/client.js";

const OPEN = new Set(["active", "waiting_agent", "with_agent"]);

/** The open calls by callSid, after an event. */
function after(calls, { type, payload }) {
  if (type === "history") return new Map(payload.calls.map((call) => [call.callSid, call]));
  if (!payload.callSid) return calls;
  const known = calls.get(payload.callSid) ?? { callSid: payload.callSid, status: "active" };
  const next = new Map(calls);
  if (type === "new_message") next.set(known.callSid, { ...known, lastMessage: payload });
  if (type === "progress") next.set(known.callSid, { ...known, step: payload.step, completed: payload.completed });
  if (type === "status_change" && OPEN.has(payload.status)) next.set(known.callSid, { ...known, status: payload.status });
  else if (type === "status_change") next.delete(known.callSid); // over, or erased
  return next;
}

export function useCalls(token) {
  const [calls, hear] = useReducer(after, new Map());
  const [state, tell] = useState({ phase: "connecting", retryAt: 0 });
  const line = useRef(null);
  useEffect(() => {
    line.current = connect({ token, hear, tell });
    return () => line.current.close();
  }, [token]);
  return { calls: [...calls.values()], state, retry: () => line.current.retry() };
}
