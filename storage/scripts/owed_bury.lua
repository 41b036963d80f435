-- uses: owed
-- List what was given up. KEYS: due, dead. ARGV: what it is listed as, for how long it is kept at most (s).

local due, dead = unpack(KEYS)
local now_ms = clock_ms()
redis.call('ZREM', due, ARGV[1])
redis.call('ZADD', dead, 'NX', now_ms, ARGV[1])
redis.call('ZREMRANGEBYSCORE', dead, '-inf', string.format('%.0f', now_ms - ARGV[2] * 1000))
return redis.call('EXPIRE', dead, ARGV[2])
