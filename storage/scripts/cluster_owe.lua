-- uses: owed
-- List as due what was announced and is owed now; may be repeated. KEYS: announced, due. ARGV: how long the list is kept (s), then what each is listed as.

local announced, due = unpack(KEYS)
for at = 2, #ARGV do
  if redis.call('ZREM', announced, ARGV[at]) == 1 and redis.call('ZADD', due, 'NX', clock_ms(), ARGV[at]) == 0 then
    -- Somebody may be about to take it off, who found nothing there (owed_drop.lua): it is not as it was given out any more.
    redis.call('ZINCRBY', due, 1, ARGV[at])
  end
end
return redis.call('EXPIRE', due, ARGV[1])
