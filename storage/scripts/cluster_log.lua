-- uses: log
-- Append a call's events to the shared log, each once. KEYS: log, mark, what was appended for this call. ARGV: sid, log_ms, how long to remember (s), its
-- business, then name and data of each event. Returns their ids.

local log, mark, sent = unpack(KEYS)
local ids, names = {}, {}
for at = 5, #ARGV, 2 do
  local id = redis.call('HGET', sent, ARGV[at])
  if not id then
    id = append(log, mark, ARGV[1], {ARGV[at + 1]}, ARGV[4])[1]
    redis.call('HSET', sent, ARGV[at], id)
  end
  names[ARGV[at]] = true
  ids[#ids + 1] = id
end
-- What is not asked for any more has reached the call's own stream.
for _, name in ipairs(redis.call('HKEYS', sent)) do
  if not names[name] then redis.call('HDEL', sent, name) end
end
redis.call('EXPIRE', sent, ARGV[3])
trim(log, mark, tonumber(ARGV[2]))
return ids
