-- uses: calendar
-- Remove every trace of a caller. KEYS: record, turns, history, events, place, document, log, trace, caller, then the lists of calls, each with its list by
-- expiry, then the calendar and places of the business that holds a place for it, if any. ARGV: sid, how many lists.
-- Returns how much there was.

local record, turns, history, events, place, document, log, trace, caller = unpack(KEYS, 1, 9)
local sid, lists = ARGV[1], tonumber(ARGV[2])
local entries = redis.call('XRANGE', events, '-', '+')
for at = 1, #entries do redis.call('XDEL', log, entries[at][1]) end
local found = redis.call('DEL', record, turns, history, events, place, document, trace)
if redis.call('GET', caller) == sid then redis.call('DEL', caller) end
for at = 10, 9 + 2 * lists do found = found + redis.call('ZREM', KEYS[at], sid) end
local calendar, places = KEYS[10 + 2 * lists], KEYS[11 + 2 * lists]
if calendar and forget(calendar, places, sid) then found = found + 1 end
return found
