-- uses: owed
-- List what a step is about to owe, to be looked for later, whatever becomes of the step. KEYS: announced. ARGV: in how many ms, how long the list is kept (s),
-- then what each is listed as. Returns the time (ms).

local now_ms = clock_ms()
for at = 3, #ARGV do redis.call('ZADD', KEYS[1], now_ms + ARGV[1], ARGV[at]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return string.format('%.0f', now_ms)
