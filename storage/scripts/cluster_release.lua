-- uses: calendar
-- Give up a place, if it is still the one that was to be given up. KEYS: calendar, places. ARGV: sid, the booking as it was.

if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
release(KEYS[1], KEYS[2], ARGV[1])
return 1
