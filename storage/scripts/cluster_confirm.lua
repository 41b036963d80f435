-- uses: calendar
-- Make a hold a booking; one that was confirmed or given up before stays as it is. KEYS: calendar, places, longest, holds. ARGV: token, keep_s.

local calendar, places, longest, holds = unpack(KEYS)
local kept = redis.call('HGET', holds, ARGV[1])
if not kept then return 0 end
local hold = cjson.decode(kept)
take(calendar, places, longest, hold['sid'], hold['start'], hold['till'], hold['booking'], tonumber(ARGV[2]))
return redis.call('HDEL', holds, ARGV[1])
