-- The list of calls: for each status, sids by creation and by expiry; and whose each call is.

-- Put a call into the list of its status, and drop from that list what has expired. `anew`: the call has just begun; whose it is never changes after
-- that. Returns the sids dropped.
local function list(to, to_until, businesses, sid, created_ms, ttl_s, business, anew)
  local now = redis.call('TIME')
  local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
  local unlisted = redis.call('ZADD', to, created_ms, sid) == 1
  redis.call('ZADD', to_until, now_ms + ttl_s * 1000, sid)
  if unlisted or anew then redis.call('HSET', businesses, sid, business) end
  local expired = redis.call('ZRANGEBYSCORE', to_until, '-inf', now_ms, 'LIMIT', 0, 20)
  for _, gone in ipairs(expired) do
    redis.call('ZREM', to, gone)
    redis.call('ZREM', to_until, gone)
    redis.call('HDEL', businesses, gone)
  end
  return expired
end

local function unlist(from, from_until, sid)
  redis.call('ZREM', from, sid)
  redis.call('ZREM', from_until, sid)
end
