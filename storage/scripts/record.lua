-- What is written under the call's own tag.

-- How each line of the conversation begins. Inside a text a quotation mark has a backslash before it, so nothing that was said looks like this.
local LINE = '{"speaker":"'

-- Take back the last `count` lines of the conversation. Returns them.
local function take_back(history, count)
  local said = redis.call('GET', history) or ''
  local starts, from = {}, string.find(said, LINE, 1, true)
  while from do
    starts[#starts + 1] = from
    from = string.find(said, LINE, from + 1, true)
  end
  local first = starts[#starts - count + 1] or 1
  if first > 1 then
    redis.call('SET', history, string.sub(said, 1, first - 2))
  else
    redis.call('DEL', history)
  end
  return string.sub(said, first)
end

-- What of the call was said, which may be gone before its record is: names and values behind those of the record's `fields`.
local function with_words(fields, turns)
  if #fields == 0 then return fields end
  local names = {'words', 'said'}
  for at, value in ipairs(redis.call('HMGET', turns, unpack(names))) do
    if value then
      fields[#fields + 1] = names[at]
      fields[#fields + 1] = value
    end
  end
  return fields
end

-- A step's changed fields (ARGV from `first` to `last`, names and values, and behind them `words` more that are what was said), what it takes back of the
-- conversation and adds to it, its answer ("" for a turn that has none any more) and its trace. Returns what it took back. With `whole`, what an earlier
-- release left in the record where words are not any more is taken away.
local function keep(record, history, turns, trace, rev, whole, first, last, words, taken_back, lines, turn, answer, traced)
  local now = (tonumber(rev) or 0) + 1
  redis.call('HSET', record, 'rev', now, 'apart', now, unpack(ARGV, first, last))
  if whole == '1' then redis.call('HDEL', record, 'before') end
  if words > 0 then redis.call('HSET', turns, unpack(ARGV, last + 1, last + 2 * words)) end
  local gone = taken_back > 0 and take_back(history, taken_back) or ''
  if lines ~= '' then
    if redis.call('EXISTS', history) == 1 then redis.call('APPEND', history, ',') end
    redis.call('APPEND', history, lines)
  end
  if turn ~= '' then
    if answer ~= '' then redis.call('HSET', turns, turn, answer) else redis.call('HDEL', turns, turn) end
  end
  if traced ~= '' then redis.call('RPUSH', trace, traced) end
  return gone
end

local function remember(record, marks)
  redis.call('HSET', record, 'sha', marks[1], 'width', marks[2], 'size', marks[3], 'theirs', marks[4])
end

local function expire(ttl, ...)
  for _, key in ipairs({...}) do redis.call('EXPIRE', key, ttl) end
end
