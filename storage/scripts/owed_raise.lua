-- uses: owed
-- List as due what is listed as given up. KEYS: due, dead. ARGV: what it is listed as, how long a list is kept (s), 1 to list it also when it was not.
-- Returns whether it did.

local due, dead = unpack(KEYS)
if redis.call('ZREM', dead, ARGV[1]) == 0 and ARGV[3] ~= '1' then return 0 end
redis.call('ZADD', due, clock_ms(), ARGV[1])
return redis.call('EXPIRE', due, ARGV[2])
