-- How many calls of a list are one business's. KEYS: the list, whose each call is. ARGV: from which score on, the business. A call of which nobody noted whose
-- it is counts for nobody.

local list, businesses = unpack(KEYS)
local found, offset, part = 0, 0, 1000
repeat
  local some = redis.call('ZRANGEBYSCORE', list, ARGV[1], '+inf', 'LIMIT', offset, part)
  for _, business in ipairs(#some > 0 and redis.call('HMGET', businesses, unpack(some)) or {}) do
    if business == ARGV[2] then found = found + 1 end
  end
  offset = offset + part
until #some < part
return found
