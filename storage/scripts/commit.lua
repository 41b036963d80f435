-- uses: document, log, calendar, index
-- One step of a call: all of it, or nothing. Everything is checked before the first write.
-- Returns {"stale"}, {"taken"}, or {"ok", fingerprint of the document, event ids ...}.

local record, turns, history, events, place, document, log, mark = unpack(KEYS, 1, 8)
local to, to_until, from, from_until, calendar, places, longest = unpack(KEYS, 9, 15)
local sid, rev, seen, head, adopted, ttl, lines, turn, answer, channel, log_ms, created_ms, events_kept = unpack(ARGV, 1, 13)
local op, start, till, capacity, booking, business, place_s, field_count = unpack(ARGV, 14, 21)
start, till, capacity, place_s, log_ms = tonumber(start), tonumber(till), tonumber(capacity), tonumber(place_s), tonumber(log_ms)

if (redis.call('HGET', record, 'rev') or '') ~= rev then return {'stale'} end
local ours = remembered(record)
local print, text = look(document, ours)
if print ~= seen then return {'stale'} end
if op == 'take' and not fits(calendar, places, longest, sid, start, till, capacity) then return {'taken'} end

if op == 'take' then
  local till_then = take(calendar, places, longest, sid, start, till, booking, place_s)
  redis.call('SET', place, business)
  redis.call('EXPIREAT', place, till_then)
elseif op == 'release' then
  release(calendar, places, sid)
  redis.call('DEL', place)
end

local at = 22 + 2 * field_count
redis.call('HSET', record, 'rev', (tonumber(rev) or 0) + 1, unpack(ARGV, 22, at - 1))
if lines ~= '' then
  if redis.call('EXISTS', history) == 1 then redis.call('APPEND', history, ',') end
  redis.call('APPEND', history, lines)
end
if turn ~= '' then redis.call('HSET', turns, turn, answer) end
local function said() return redis.call('GET', history) or '' end
local sha = write(document, record, ours, print, text, head, lines, said, adopted == '1', ttl)

local result = {'ok', sha}
for i = at, #ARGV do
  local id = append(log, mark, sid, ARGV[i])
  tell(events, record, id, ARGV[i], events_kept)
  if channel ~= '' then redis.call('PUBLISH', channel, ARGV[i]) end
  result[#result + 1] = id
end
if at <= #ARGV then trim(log, mark, log_ms) end
list(to, to_until, from, from_until, sid, created_ms, ttl)
for _, key in ipairs({record, turns, history, events}) do redis.call('EXPIRE', key, ttl) end
return result
