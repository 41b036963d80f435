-- uses: calendar
-- Take an erased caller's name off its place, and give up what is still held for it. KEYS: calendar, places, holds. ARGV: sid.

local all = redis.call('HGETALL', KEYS[3])
for at = 1, #all, 2 do
  if cjson.decode(all[at + 1])['sid'] == ARGV[1] then redis.call('HDEL', KEYS[3], all[at]) end
end
return forget(KEYS[1], KEYS[2], ARGV[1]) and 1 or 0
