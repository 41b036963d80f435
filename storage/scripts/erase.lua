-- uses: calendar
-- Remove every trace of a caller. KEYS: record, turns, history, events, place, document, log, then the lists of calls, each with its list by
-- expiry, then the calendar and places of the business that holds a place for it, if any. ARGV: sid, how many lists.
-- Returns how much there was.

local record, turns, history, events, place, document, log = unpack(KEYS, 1, 7)
local sid, lists = ARGV[1], tonumber(ARGV[2])
local entries = redis.call('XRANGE', events, '-', '+')
for at = 1, #entries do redis.call('XDEL', log, entries[at][1]) end
local found = redis.call('DEL', record, turns, history, events, place, document)
for at = 8, 7 + 2 * lists do found = found + redis.call('ZREM', KEYS[at], sid) end
local calendar, places = KEYS[8 + 2 * lists], KEYS[9 + 2 * lists]
if calendar and forget(calendar, places, sid) then found = found + 1 end
return found
