-- uses: owed
-- Give out what is due, and to nobody else until the lease runs out. KEYS: due, announced. ARGV: how many, for how long (ms).
-- Returns until when they are given out (ms), then what they are listed as, those that wait longest first.

local due, announced = unpack(KEYS)
local count, now_ms = ARGV[1], clock_ms()
-- What was announced this long ago is owed, or never will be: whoever is given it finds out.
for _, one in ipairs(redis.call('ZRANGEBYSCORE', announced, '-inf', now_ms, 'LIMIT', 0, count)) do
  redis.call('ZREM', announced, one)
  redis.call('ZADD', due, 'NX', now_ms, one)
end
local till = string.format('%.0f', now_ms + ARGV[2])
local found = redis.call('ZRANGEBYSCORE', due, '-inf', now_ms, 'LIMIT', 0, count)
for _, one in ipairs(found) do redis.call('ZADD', due, till, one) end
return {till, unpack(found)}
