-- A try failed: when it is due again. KEYS: due. ARGV: what it is listed as, when (ms), the lease under which it was tried, "0" for any. What is not listed
-- any more, or is held by another lease, stays as it is.

local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held or (ARGV[3] ~= '0' and tonumber(held) ~= tonumber(ARGV[3])) then return 0 end
return redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
