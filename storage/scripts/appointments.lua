-- What a business's calls booked: one JSON object each, by callSid; the sids by start; and names by which they are found, "reference sid" and, where
-- the number is known, "+E164 sid".

local SHOWN = {'state', 'start', 'end', 'service', 'address'}

local function clock_s() return tonumber(redis.call('TIME')[1]) end

local function names_of(job)
  local found = {job['reference'] .. ' ' .. job['sid']}
  if job['caller'] ~= '' then found[2] = job['caller'] .. ' ' .. job['sid'] end
  return found
end

local function is_over(job, now, keep_s) return math.max(job['end'], job['made']) + keep_s <= now end

-- Forget what a call booked; 1 when there was anything.
local function dismiss(appointments, starts, names, sid)
  local kept = redis.call('HGET', appointments, sid)
  if not kept then return 0 end
  for _, name in ipairs(names_of(cjson.decode(kept))) do redis.call('ZREM', names, name) end
  redis.call('ZREM', starts, sid)
  return redis.call('HDEL', appointments, sid)
end

-- Write an appointment, JSON without `sequence` and `rev`, which are counted here, and forget some of those that have been over for `keep_s`. `life` and
-- `step`: of which call's which step it is; one that was written before, or is older than what was, is passed by. "" and 0: of none. Returns until
-- when it is kept, and it as it is kept.
local function appoint(appointments, starts, names, text, keep_s, life, step)
  local now, job = clock_s(), cjson.decode(text)
  local kept = redis.call('HGET', appointments, job['sid'])
  local till = math.max(now, job['end'], job['made']) + keep_s
  local sequence, rev = 0, 1
  if kept then
    local was = cjson.decode(kept)
    if step > 0 and was['life'] == life and was['step'] >= step then return till, kept end
    sequence, rev = was['sequence'], was['rev'] + 1
    for _, name in ipairs(SHOWN) do
      if was[name] ~= job[name] then
        sequence = sequence + 1
        break
      end
    end
    if step == 0 then life, step = was['life'], was['step'] end
  end
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', starts, '-inf', now - keep_s, 'LIMIT', 0, 20)) do
    local old = other ~= job['sid'] and redis.call('HGET', appointments, other)
    if old and is_over(cjson.decode(old), now, keep_s) then dismiss(appointments, starts, names, other) end
  end
  local counted = string.format('{"sequence":%.0f,"rev":%.0f,"life":"%s","step":%.0f,', sequence, rev, life, step) .. string.sub(text, 2)
  redis.call('HSET', appointments, job['sid'], counted)
  redis.call('ZADD', starts, job['start'], job['sid'])
  for _, name in ipairs(names_of(job)) do redis.call('ZADD', names, 0, name) end
  for _, key in ipairs({appointments, starts, names}) do
    if redis.call('TTL', key) < till - now then redis.call('EXPIREAT', key, till) end
  end
  return till, counted
end
