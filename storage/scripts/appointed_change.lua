-- uses: calendar, appointments, owed
-- Change an appointment whose call is gone. KEYS: calendar, places, longest, holds, appointments, starts, names, unbrought, and on one Redis what the call
-- owes, and due. ARGV: sid, rev, the appointment as it is to stand, start, from when the next job may begin, capacity, booking ("": the place stays as it is, "-": it is given up), how
-- long the calendar is kept (s), how long the appointment is (s), how long what is owed is (s), then ids and deliveries.
-- Returns {"stale"}, {"taken", sid and token of each hold that counted}, or {"ok", the appointment}.

local calendar, places, longest, holds, appointments, starts, names, unbrought, deliveries, due = unpack(KEYS)
local sid, rev, text, start, till, capacity, booking, place_s, keep_s, owed_s = unpack(ARGV, 1, 10)

local kept = redis.call('HGET', appointments, sid)
if not kept or cjson.decode(kept)['rev'] ~= tonumber(rev) then return {'stale'} end
if booking == '-' then
  release(calendar, places, sid)
elseif booking ~= '' then
  local others, tokens, all = {}, {}, redis.call('HGETALL', holds)
  for at = 1, #all, 2 do
    local hold = cjson.decode(all[at + 1])
    if hold['sid'] ~= sid then
      others[#others + 1] = hold['booking']
      tokens[#tokens + 1] = hold['sid']
      tokens[#tokens + 1] = all[at]
    end
  end
  if not fits(calendar, places, longest, booking, tonumber(start), tonumber(till), tonumber(capacity), others) then return {'taken', unpack(tokens)} end
  take(calendar, places, longest, sid, tonumber(start), tonumber(till), booking, tonumber(place_s))
end
local _, now = appoint(appointments, starts, names, text, tonumber(keep_s), '', 0)
if #ARGV > 10 then
  if deliveries then
    owe(deliveries, 11, #ARGV, clock_ms(), owed_s)
    for at = 11, #ARGV, 2 do redis.call('ZADD', due, clock_ms(), listed_as(ARGV[at], sid)) end
    redis.call('EXPIRE', due, owed_s)
  else
    for at = 11, #ARGV, 2 do redis.call('HSET', unbrought, ARGV[at], ARGV[at + 1]) end
    redis.call('EXPIRE', unbrought, owed_s)
  end
end
return {'ok', now}
