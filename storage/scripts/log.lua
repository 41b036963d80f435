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

-- Append some events to the shared log and return their ids. They are greater than every id given before, also when the log has expired and the clock
-- went back. `business`: whose call they are about, "" where nobody knows.
local function append(log, mark, sid, some, business)
  local ids, wanted = {}, '*'
  local anew = #some > 0 and redis.call('EXISTS', log) == 0
  local last = anew and redis.call('HGET', mark, 'last')
  if last then
    local now = redis.call('TIME')
    local ms, seq = id_parts(last)
    if now[1] * 1000 + math.floor(now[2] / 1000) <= ms then wanted = string.format('%.0f-%.0f', ms, seq + 1) end
  end
  for i, data in ipairs(some) do
    ids[i] = redis.call('XADD', log, wanted, 'sid', sid, 'data', data, 'business', business)
    wanted = '*'
  end
  if anew then redis.call('HSET', mark, 'cut', last or before(ids[1])) end
  if #ids > 0 then redis.call('HSET', mark, 'last', ids[#ids]) end
  return ids
end

-- Drop what is older than `keep_ms`, and remember how far that went. The first entry is looked at before: asked backwards from before the
-- first one, Redis walks the whole stream.
local function trim(log, mark, keep_ms)
  local now = redis.call('TIME')
  local oldest = now[1] * 1000 + math.floor(now[2] / 1000) - keep_ms
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  if first and id_parts(first[1]) < oldest then
    local from = string.format('%.0f-0', oldest)
    redis.call('HSET', mark, 'cut', redis.call('XREVRANGE', log, '(' .. from, '-', 'COUNT', 1)[1][1])
    redis.call('XTRIM', log, 'MINID', '=', from)
  end
  redis.call('PEXPIRE', log, keep_ms)
end

-- One of our events as it came: the channels beside its call's, one a line, and its JSON.
local function parted(told)
  if not string.find(told, '\n', 1, true) then return '', told end
  local channels, data = string.match(told, '^(.*\n)([^\n]*)$')
  return channels or '', data or told
end

-- Tell those who listen to Redis itself, with the id in front, by which an event of ours is known when it is heard again. `channel`: its call's, "" where
-- nothing is published.
local function publish(channel, others, id, data)
  if channel == '' then return end
  local told = '{"id":"' .. id .. '",' .. string.sub(data, 2)
  redis.call('PUBLISH', channel, told)
  for other in string.gmatch(others, '[^\n]+') do redis.call('PUBLISH', other, told) end
end

-- Append events with their ids to their call's stream; the record remembers the newest id and how far back the stream goes.
local function tell(events, record, ids, some, keep)
  if #ids == 0 then return end
  local had, last = redis.call('XLEN', events), ids[#ids]
  for i, id in ipairs(ids) do redis.call('XADD', events, 'MAXLEN', '~', keep, id, 'data', some[i]) end
  if had > 0 and redis.call('XLEN', events) == had + #ids then
    redis.call('HSET', record, 'last', last)
  else
    redis.call('HSET', record, 'cut', before(redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1][1]), 'last', last)
  end
end
