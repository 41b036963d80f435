-- A page of a business's appointments, the last first, and the time (s). KEYS: appointments, starts. ARGV: since and until (s; until "": for ever), start and
-- sid behind which the page begins ("": with the last), how many.

local appointments, starts = unpack(KEYS)
local since, till, at, sid, count = unpack(ARGV)
local found, offset, step = {redis.call('TIME')[1]}, 0, tonumber(count)
local from = till == '' and '+inf' or '(' .. till
local behind = at ~= '' and tonumber(at)
if behind and (till == '' or behind < tonumber(till)) then from = at end
while #found <= step do
  local some = redis.call('ZREVRANGEBYSCORE', starts, from, since, 'WITHSCORES', 'LIMIT', offset, step)
  if #some == 0 then break end
  for number = 1, #some, 2 do
    local given = behind and tonumber(some[number + 1]) == behind and some[number] >= sid
    if not given and #found <= step then found[#found + 1] = redis.call('HGET', appointments, some[number]) or nil end
  end
  offset = offset + step
end
return found
