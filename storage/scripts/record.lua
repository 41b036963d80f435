-- What is written under the call's own tag.

-- A step's changed fields (ARGV from `first` to `last`, names and values), its lines, its answer and its trace.
local function keep(record, history, turns, trace, rev, first, last, lines, turn, answer, traced)
  redis.call('HSET', record, 'rev', (tonumber(rev) or 0) + 1, unpack(ARGV, first, last))
  if lines ~= '' then
    if redis.call('EXISTS', history) == 1 then redis.call('APPEND', history, ',') end
    redis.call('APPEND', history, lines)
  end
  if turn ~= '' then redis.call('HSET', turns, turn, answer) end
  if traced ~= '' then redis.call('RPUSH', trace, traced) end
end

local function remember(record, marks)
  redis.call('HSET', record, 'sha', marks[1], 'width', marks[2], 'size', marks[3], 'theirs', marks[4])
end

local function expire(ttl, ...)
  for _, key in ipairs({...}) do redis.call('EXPIRE', key, ttl) end
end
