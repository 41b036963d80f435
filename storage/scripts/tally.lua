-- Add to a count that is forgotten some time after it was begun. KEYS: where it is kept. ARGV: how much, for how long (s). Returns how much it is now.

local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count <= 0 then
  redis.call('DEL', KEYS[1])
  return 0
end
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return count
