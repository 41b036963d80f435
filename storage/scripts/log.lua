-- Streams of events: one order of ids for all of them.

local function id_parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

-- The id just before `id`: a reader who stands there has lost nothing when `id` is the first there is.
local function before(id)
  local ms, seq = id_parts(id)
  if seq > 0 then return string.format('%.0f-%.0f', ms, seq - 1) end
  return string.format('%.0f-9223372036854775807', ms - 1)
end

-- Append to the shared log and return the id. It is greater than every id given before, also when the log has expired and the clock went back.
local function append(log, mark, sid, data)
  local last = redis.call('HGET', mark, 'last')
  local id
  if redis.call('EXISTS', log) == 1 then
    id = redis.call('XADD', log, '*', 'sid', sid, 'data', data)
  else
    local wanted = '*'
    if last then
      local now = redis.call('TIME')
      local ms, seq = id_parts(last)
      if now[1] * 1000 + math.floor(now[2] / 1000) <= ms then wanted = string.format('%.0f-%.0f', ms, seq + 1) end
    end
    id = redis.call('XADD', log, wanted, 'sid', sid, 'data', data)
    redis.call('HSET', mark, 'cut', last or before(id))
  end
  redis.call('HSET', mark, 'last', id)
  return id
end

-- Drop what is older than `keep_ms`, and remember how far that went.
local function trim(log, mark, keep_ms)
  local now = redis.call('TIME')
  local oldest = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) - keep_ms)
  local cut = redis.call('XREVRANGE', log, '(' .. oldest .. '-0', '-', 'COUNT', 1)
  if #cut > 0 then
    redis.call('HSET', mark, 'cut', cut[1][1])
    redis.call('XTRIM', log, 'MINID', '=', oldest .. '-0')
  end
  redis.call('PEXPIRE', log, keep_ms)
end

-- Append an event with its id to its call's stream; the record remembers the newest id and how far back the stream goes.
local function tell(events, record, id, data, keep)
  local had = redis.call('XLEN', events)
  redis.call('XADD', events, 'MAXLEN', '~', keep, id, 'data', data)
  if had == 0 then
    redis.call('HSET', record, 'cut', before(id), 'last', id)
  elseif redis.call('XLEN', events) <= had then
    redis.call('HSET', record, 'cut', before(redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1][1]), 'last', id)
  else
    redis.call('HSET', record, 'last', id)
  end
end
