-- uses: calendar, log, owed, appointments
-- Remove a call. KEYS: record, turns, history, events, place, document, log, mark, trace, caller, known, unwritten, whose each call is, what it owes, due,
-- dead, then the lists of calls, each with its list by expiry, then the calendar, places and appointments of its business, if it is known. ARGV: sid, what it was opened
-- with as the caller of this script knew it, how many lists, what readers are told, its channel, log_ms, "1" when this server's file is to be written
-- anew, its business.
-- Returns how much there was, and the id of what readers were told; -1 when another call was begun under that sid meanwhile.

local record, turns, history, events, place, document, log, mark, trace, caller, known, unwritten, businesses, deliveries, due, dead = unpack(KEYS, 1, 16)
local sid, brief, lists, told, channel, log_ms, own, business = unpack(ARGV)
if (redis.call('HGET', record, 'brief') or '') ~= brief then return {-1} end
for _, entry in ipairs(redis.call('XRANGE', events, '-', '+')) do redis.call('XDEL', log, entry[1]) end
for _, id in ipairs(redis.call('HKEYS', deliveries)) do
  for _, list in ipairs({due, dead}) do redis.call('ZREM', list, listed_as(id, sid)) end
end
local found = redis.call('DEL', record, turns, history, events, place, document, trace, deliveries)
if redis.call('GET', caller) == sid then redis.call('DEL', caller) end
redis.call('DEL', known)
redis.call('HDEL', businesses, sid)
local at = 17 + 2 * tonumber(lists)
for number = 17, at - 1 do found = found + redis.call('ZREM', KEYS[number], sid) end
if KEYS[at] and forget(KEYS[at], KEYS[at + 1], sid) then found = found + 1 end
if KEYS[at] then found = found + dismiss(KEYS[at + 2], KEYS[at + 3], KEYS[at + 4], sid) end
if found == 0 then return {0} end
local others, data = parted(told)
local id = append(log, mark, sid, {data}, business)[1]
publish(channel, others, id, data)
trim(log, mark, tonumber(log_ms))
if own == '1' then redis.call('INCR', unwritten) end
return {found, id}
