-- How the readers of one process stand. KEYS: the processes that have any, by when that is forgotten (ms); what this one says. ARGV: process, how long it
-- holds (ms), then callSid and figures of each call.

local all, own = unpack(KEYS)
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('DEL', own)
for at = 3, #ARGV, 2 do redis.call('HSET', own, ARGV[at], ARGV[at + 1]) end
redis.call('ZREMRANGEBYSCORE', all, '-inf', now_ms)
if #ARGV > 2 then
  redis.call('PEXPIRE', own, ARGV[2])
  redis.call('ZADD', all, now_ms + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', all, ARGV[2])
else
  redis.call('ZREM', all, ARGV[1])
end
return 1
