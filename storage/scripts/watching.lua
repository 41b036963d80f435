-- Which supervisors watch. KEYS: sorted set of agent ids by when (ms) a stream of theirs was last known to be open. ARGV: for how long (ms) that is
-- remembered, then the ids of those whose streams are open now. Returns each id with how long ago (ms) that was.

local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for at = 2, #ARGV do redis.call('ZADD', KEYS[1], now_ms, ARGV[at]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local found = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for at = 2, #found, 2 do found[at] = string.format('%.0f', math.max(now_ms - found[at], 0)) end
return found
