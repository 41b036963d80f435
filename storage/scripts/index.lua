-- The list of calls: for each status, sids by creation and by expiry.

-- Move a call to the list of its status. `from` and `from_until` are the lists it stood in, the same as `to` and `to_until` when its status stayed.
local function list(to, to_until, from, from_until, sid, created_ms, ttl_s)
  local now = redis.call('TIME')
  local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
  if from ~= to then
    redis.call('ZREM', from, sid)
    redis.call('ZREM', from_until, sid)
  end
  redis.call('ZADD', to, created_ms, sid)
  redis.call('ZADD', to_until, now_ms + ttl_s * 1000, sid)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', to_until, '-inf', now_ms, 'LIMIT', 0, 20)) do
    redis.call('ZREM', to, gone)
    redis.call('ZREM', to_until, gone)
  end
end
