-- A business's calendar: who holds which place, and whether another one fits.

local function release(calendar, places, sid)
  redis.call('ZREM', calendar, sid)
  redis.call('HDEL', places, sid)
end

-- When the next job may begin after this one.
local function free_from(job)
  return job['end'] + (job['buffer'] or 0)
end

local function is_held(job)
  return (job['held_until'] or 0) > 0
end

-- Whether a job, `booking` as JSON, fits beside the others, from `from` until the next may begin at `till` (Unix seconds): at no moment more than `capacity`
-- at once. The call's own older place does not count, it would be replaced; nor does what is held for the call it goes on from, which passes over to it; nor the place
-- of the call whose booking is to be moved here; nor what was held for long enough, which is dropped where it is in the way. `held` are further bookings, as JSON, that may yet be taken.
local function fits(calendar, places, longest, booking, from, till, capacity, held)
  local mine, clock, jobs = cjson.decode(booking), tonumber(redis.call('TIME')[1]), {}
  local function lapsed(job) return is_held(job) and job['held_until'] <= clock end
  for _, other in ipairs(held or {}) do
    local job = cjson.decode(other)
    if not lapsed(job) then jobs[#jobs + 1] = job end
  end
  local reach = math.max(tonumber(redis.call('GET', longest) or 0), till - from)
  for _, sid in ipairs(redis.call('ZRANGEBYSCORE', calendar, '(' .. from, '(' .. (till + reach))) do
    local other = sid ~= mine['sid'] and redis.call('HGET', places, sid)
    if other then
      local job = cjson.decode(other)
      if lapsed(job) then release(calendar, places, sid) else jobs[#jobs + 1] = job end
    end
  end
  local moments = {}
  for _, job in ipairs(jobs) do
    local passes_over = is_held(job) and job['sid'] == mine['instead_of']
    local is_moved = job['sid'] ~= '' and job['sid'] == mine['moves']
    if not passes_over and not is_moved and job['start'] < till and free_from(job) > from then
      moments[#moments + 1] = {math.max(job['start'], from), 1}
      moments[#moments + 1] = {math.min(free_from(job), till), -1}
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

-- Take the place, and drop the jobs that have been over for a day and were booked more than `keep_s` ago: callers who speak of a day long past,
-- as a replayed one, keep their calendar. The calendar is kept until its last job is over, and at least `keep_s` from now; returns that time.
local function take(calendar, places, longest, sid, from, till, booking, keep_s)
  local now = tonumber(redis.call('TIME')[1])
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', calendar, '-inf', now - 86400, 'LIMIT', 0, 100)) do
    local job = redis.call('HGET', places, other)
    if not job or (cjson.decode(job)['made'] or 0) < now - keep_s then release(calendar, places, other) end
  end
  local earlier = cjson.decode(booking)['instead_of'] or ''
  local theirs = earlier ~= '' and redis.call('HGET', places, earlier)
  if theirs and is_held(cjson.decode(theirs)) then release(calendar, places, earlier) end
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
  if not is_held(job) then
    job['sid'], job['service'], job['instead_of'], job['hold'] = '', '', '', nil
    redis.call('ZADD', calendar, free_from(job), nobody)
    redis.call('HSET', places, nobody, cjson.encode(job))
  end
  release(calendar, places, sid)
  return true
end
