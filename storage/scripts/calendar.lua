-- A business's calendar: who holds which place, and whether another one fits.

-- Whether a job from `from` to `till` (Unix seconds) fits beside the others: at no moment more than `capacity` at once. The call's own
-- older booking does not count, it would be replaced; nor does a place that was held for longer than anybody was asked about it. `held` are further
-- bookings, as JSON, that may yet be taken.
local function fits(calendar, places, longest, sid, from, till, capacity, held)
  local reach = math.max(tonumber(redis.call('GET', longest) or 0), till - from)
  local jobs = held or {}
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', calendar, '(' .. from, '(' .. (till + reach))) do
    if other ~= sid then jobs[#jobs + 1] = redis.call('HGET', places, other) or nil end
  end
  local moments, clock = {}, tonumber(redis.call('TIME')[1])
  for _, booking in ipairs(jobs) do
    local job = cjson.decode(booking)
    local lapsed = (job['held_until'] or 0) > 0 and job['held_until'] <= clock
    if not lapsed and job['start'] < till and job['end'] > from then
      moments[#moments + 1] = {math.max(job['start'], from), 1}
      moments[#moments + 1] = {math.min(job['end'], till), -1}
    end
  end
  table.sort(moments, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
  local now, peak = 0, 0
  for _, moment in ipairs(moments) do
    now = now + moment[2]
    peak = math.max(peak, now)
  end
  return peak < capacity
end

local function release(calendar, places, sid)
  redis.call('ZREM', calendar, sid)
  redis.call('HDEL', places, sid)
end

-- Take the place, and drop the jobs that have been over for a day and were booked more than `keep_s` ago: callers who speak of a day long past,
-- as a replayed one, keep their calendar. The calendar is kept until its last job is over, and at least `keep_s` from now; returns that time.
local function take(calendar, places, longest, sid, from, till, booking, keep_s)
  local now = tonumber(redis.call('TIME')[1])
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', calendar, '-inf', now - 86400, 'LIMIT', 0, 100)) do
    local job = redis.call('HGET', places, other)
    if not job or (cjson.decode(job)['made'] or 0) < now - keep_s then release(calendar, places, other) end
  end
  redis.call('ZADD', calendar, till, sid)
  redis.call('HSET', places, sid, booking)
  if till - from > tonumber(redis.call('GET', longest) or 0) then redis.call('SET', longest, till - from) end
  local last = tonumber(redis.call('ZREVRANGE', calendar, 0, 0, 'WITHSCORES')[2])
  local till_then = math.max(last, now + keep_s)
  for _, key in ipairs({calendar, places, longest}) do redis.call('EXPIREAT', key, till_then) end
  return till_then
end

-- Leave an erased caller's place taken, by nobody who could be named and for nothing that was said; one that was only held is free again. Returns whether
-- there was one.
local function forget(calendar, places, sid)
  local booking = redis.call('HGET', places, sid)
  if not booking then return false end
  local now = redis.call('TIME')
  local nobody = string.format(' %s.%06d', now[1], now[2])
  local job = cjson.decode(booking)
  if (job['held_until'] or 0) == 0 then
    job['sid'], job['service'], job['hold'] = '', '', nil
    redis.call('ZADD', calendar, job['end'], nobody)
    redis.call('HSET', places, nobody, cjson.encode(job))
  end
  release(calendar, places, sid)
  return true
end
