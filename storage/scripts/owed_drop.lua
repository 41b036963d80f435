-- Take what is not due any more off the list, unless somebody listed it anew meanwhile. KEYS: due. ARGV: until when it was given out, what it is listed as.

if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or 0) ~= tonumber(ARGV[1]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[2])
