-- uses: record, owed
-- One step of a call, on a cluster: what lies under its own tag, and in `pending` what is still to be done elsewhere. The events wait, untold, for their
-- ids, which the shared log gives. KEYS: record, turns, history, place, untold events, trace, root, and what the call owes, if something is to be owed or settled.
-- Returns {"stale"}, {"settled"}, or {"ok", how many events were told before, which life of the call it is, the untold events}.

local record, turns, history, place, untold, trace, lead, deliveries = unpack(KEYS)
local rev, pending, ttl, lines, turn, answer, held_ms, announced_ms, fresh_ms, business, place_s, life, traced, root, kin_s = unpack(ARGV, 1, 15)
local taken_back, field_count, owed, settled, why, words, words_s, whole = unpack(ARGV, 16, 23)

local known = redis.call('HMGET', record, 'rev', 'pending', 'erasing')
if (known[1] or '') ~= rev or known[2] or known[3] then return {'stale'} end
for _, ms in ipairs({held_ms, announced_ms}) do
  -- A hold this old may have been given to others, and what was announced have been looked for in vain: the caller begins anew.
  if ms ~= '' and clock_ms() - ms > tonumber(fresh_ms) then return {'stale'} end
end
if settled ~= '' and not is_open(deliveries, settled, why) then return {'settled'} end

local at = 24 + 2 * field_count
if settled ~= '' then settle(deliveries, settled, why) end
keep(record, history, turns, trace, rev, whole, 24, at - 1, tonumber(words), tonumber(taken_back), lines, turn, answer, traced)
at = at + 2 * words
redis.call('HSET', record, 'pending', pending)
redis.call('HSETNX', record, 'life', life)
if root ~= '' then redis.call('SET', lead, root, 'EX', kin_s) end
if business == '-' then
  redis.call('DEL', place)
elseif business ~= '' then
  redis.call('SET', place, business, 'EX', place_s)
end
if tonumber(owed) > 0 then
  owe(deliveries, at + 1, at + 2 * owed, clock_ms(), ARGV[at])
  at = at + 1 + 2 * owed
end
for i = at, #ARGV do redis.call('RPUSH', untold, ARGV[i]) end
expire(ttl, record)
expire(words_s, turns, history, untold, trace)
return {'ok', tonumber(redis.call('HGET', record, 'told') or 0), redis.call('HGET', record, 'life'), redis.call('LRANGE', untold, 0, -1)}
