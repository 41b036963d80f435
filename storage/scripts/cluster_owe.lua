-- uses: owed
-- List as due what was announced and is owed now; may be repeated. KEYS: announced, due. ARGV: how long the list is kept (s), then what each is listed as.

local announced, due = unpack(KEYS)
for at = 2, #ARGV do
  if redis.call('ZREM', announced, ARGV[at]) == 1 then redis.call('ZADD', due, 'NX', clock_ms(), ARGV[at]) end
end
return redis.call('EXPIRE', due, ARGV[1])
