-- The file holds nothing any more of what had been erased until then. KEYS: unwritten. ARGV: what stood there when the rewriting began; what was erased
-- after that stays due.

if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
