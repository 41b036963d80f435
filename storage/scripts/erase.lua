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
local booking = calendar and redis.call('HGET', places, sid)
if booking then
  -- The place stays taken, by nobody we could name.
  local now = redis.call('TIME')
  local nobody = string.format(' %s.%06d', now[1], now[2])
  local job = cjson.decode(booking)
  job['sid'] = ''
  redis.call('ZADD', calendar, job['end'], nobody)
  redis.call('HSET', places, nobody, cjson.encode(job))
  redis.call('ZREM', calendar, sid)
  redis.call('HDEL', places, sid)
  found = found + 1
end
return found
