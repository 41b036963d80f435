-- uses: owed
-- KEYS: due, dead. Returns how many wait, for how long (ms) the first of them could have been tried, and how many are given up.

local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return {redis.call('ZCARD', KEYS[1]), first and math.max(clock_ms() - first, 0) or 0, redis.call('ZCARD', KEYS[2])}
