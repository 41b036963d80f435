-- uses: record
-- One step of a call, on a cluster: what lies under its own tag, and in `pending` what is still to be done elsewhere. The events wait in the outbox for
-- their ids, which the shared log gives. KEYS: record, turns, history, place, outbox, trace, root.
-- Returns {"stale"}, or {"ok", how many events were told before those in the outbox, the outbox}.

local record, turns, history, place, outbox, trace, lead = unpack(KEYS)
local rev, pending, ttl, lines, turn, answer, held_ms, fresh_ms, business, place_s, life, traced, root, kin_s, taken_back, field_count = unpack(ARGV, 1, 16)

local known = redis.call('HMGET', record, 'rev', 'pending', 'erasing')
if (known[1] or '') ~= rev or known[2] or known[3] then return {'stale'} end
if held_ms ~= '' then
  -- A hold this old may have been given to others: the caller begins anew.
  local now = redis.call('TIME')
  if now[1] * 1000 + math.floor(now[2] / 1000) - held_ms > tonumber(fresh_ms) then return {'stale'} end
end

local at = 17 + 2 * field_count
keep(record, history, turns, trace, rev, 17, at - 1, tonumber(taken_back), lines, turn, answer, traced)
redis.call('HSET', record, 'pending', pending)
redis.call('HSETNX', record, 'life', life)
if root ~= '' then redis.call('SET', lead, root, 'EX', kin_s) end
if business == '-' then
  redis.call('DEL', place)
elseif business ~= '' then
  redis.call('SET', place, business, 'EX', place_s)
end
for i = at, #ARGV do redis.call('RPUSH', outbox, ARGV[i]) end
expire(ttl, record, turns, history, outbox, trace)
return {'ok', tonumber(redis.call('HGET', record, 'told') or 0), redis.call('HGET', record, 'life'), redis.call('LRANGE', outbox, 0, -1)}
