-- uses: document, weaving, record, log, calendar, index, owed, appointments
-- One step of a call: all of it, or nothing. Everything is checked before the first write. A call that goes on from others has its family, its root and
-- the earlier call's record as the last three KEYS.
-- Returns {"stale"}, {"taken"}, {"settled"}, {"whole"} when all of the record is to be sent, since its last step was an earlier release's, or {"ok", fingerprint of the document, event ids ...}.

local record, turns, history, events, place, document, log, mark, trace, caller, known, businesses = unpack(KEYS, 1, 12)
local to, to_until, from, from_until, calendar, places, longest = unpack(KEYS, 13, 19)
local sid, rev, seen, head, adopted, ttl, lines, turn, answer, channel, log_ms, created_ms, events_kept = unpack(ARGV, 1, 13)
local op, start, till, capacity, booking, business, place_s, traced, unfinished, root, kin_s, goes_on, known_s, taken_back, field_count = unpack(ARGV, 14, 28)
local owed, appointment, appointment_s, settled, why = tonumber(ARGV[29]), ARGV[30], tonumber(ARGV[31]), ARGV[32], ARGV[33]
local words, words_s, whole = tonumber(ARGV[34]), ARGV[35], ARGV[36]
local behind = op == '' and 17 or 20
local deliveries, due = unpack(KEYS, behind, behind + 1)
start, till, capacity, place_s, log_ms, taken_back = tonumber(start), tonumber(till), tonumber(capacity), tonumber(place_s), tonumber(log_ms), tonumber(taken_back)

local known_rev, apart = unpack(redis.call('HMGET', record, 'rev', 'apart'))
if (known_rev or '') ~= rev then return {'stale'} end
if rev ~= '' and apart ~= rev and whole == '' then return {'whole'} end
local ours = remembered(record)
local print, text = look(document, ours)
if print ~= seen then return {'stale'} end
local family, lead, earlier = unpack(KEYS, #KEYS - 2)
if goes_on == '1' and redis.call('EXISTS', earlier) == 0 then return {'stale'} end
if op == 'take' and not fits(calendar, places, longest, booking, start, till, capacity) then return {'taken'} end
if settled ~= '' and not is_open(deliveries, settled, why) then return {'settled'} end

if settled ~= '' then settle(deliveries, settled, why) end
if op == 'take' then
  local till_then = take(calendar, places, longest, sid, start, till, booking, place_s)
  redis.call('SET', place, business)
  redis.call('EXPIREAT', place, till_then)
elseif op == 'release' then
  release(calendar, places, sid)
  redis.call('DEL', place)
end

local at = 37 + 2 * field_count
local gone = keep(record, history, turns, trace, rev, whole, 37, at - 1, words, taken_back, lines, turn, answer, traced)
at = at + 2 * words
if owed > 0 then
  local last, now_ms = at + 2 * owed, clock_ms()
  owe(deliveries, at + 1, last, now_ms, ARGV[at])
  for i = at + 1, last, 2 do redis.call('ZADD', due, now_ms, listed_as(ARGV[i], sid)) end
  redis.call('EXPIRE', due, ARGV[at])
  at = last + 1
end
if appointment ~= '' then
  local appointments, starts, names, appointing = unpack(KEYS, behind + ((owed > 0 or settled ~= '') and 2 or 0))
  local till_then = appoint(appointments, starts, names, appointment, appointment_s, '', 0)
  redis.call('SADD', appointing, business)
  redis.call('SET', place, business)
  redis.call('EXPIREAT', place, till_then)
end
if unfinished == '1' then
  redis.call('SET', caller, sid, 'EX', ttl)
elseif unfinished == '0' then
  if not redis.call('SET', known, sid, 'NX', 'EX', known_s) then redis.call('EXPIRE', known, known_s) end
  if redis.call('GET', caller) == sid then redis.call('DEL', caller) end
end

if op ~= '' and unfinished ~= '0' and redis.call('GET', known) == sid then redis.call('DEL', known) end

local untouched = ours.sha and print == ours.sha
if root ~= '' then
  redis.call('SADD', family, sid)
  redis.call('EXPIRE', family, kin_s)
  redis.call('SET', lead, root, 'EX', kin_s)
end

local whose = whose_history(adopted, ours, untouched, text)
local now = untouched and (whose == THEIRS or taken_back == 0) and write_in_place(document, ours, head, lines, whose, words_s)
if not now then
  local there = whose ~= OURS and history_there(document, ours, text)
  local said = whose ~= THEIRS and (redis.call('GET', history) or '')
  now = write_whole(document, head, whose, whose == THEIRS and there or whose == BOTH and woven(there, said, gone) or '[' .. said .. ']', words_s)
end
remember(record, now)

local others, told = {}, {}
for i = at, #ARGV do others[i - at + 1], told[i - at + 1] = parted(ARGV[i]) end
local ids = append(log, mark, sid, told, business)
tell(events, record, ids, told, events_kept)
for i, id in ipairs(ids) do publish(channel, others[i], id, told[i]) end
if #ids > 0 then trim(log, mark, log_ms) end
if from ~= to then unlist(from, from_until, sid) end
list(to, to_until, businesses, sid, created_ms, ttl, business, rev == '')
expire(ttl, record)
expire(words_s, turns, history, events, trace)
return {'ok', now[1], unpack(ids)}
