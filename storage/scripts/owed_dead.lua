-- A page of what was given up, the last first. KEYS: dead. ARGV: what the last page ended with, as it is listed or its id alone, "" for none; how many.

local dead, before, count = KEYS[1], ARGV[1], tonumber(ARGV[2])
local from = before == '' and 0
if string.find(before, ' ', 1, true) then
  local rank = redis.call('ZREVRANK', dead, before)
  from = rank and rank + 1
end
local rank = 0
while not from do
  local some = redis.call('ZREVRANGE', dead, rank, rank + 999)
  if #some == 0 then return {} end
  for at, one in ipairs(some) do
    if string.sub(one, 1, #before + 1) == before .. ' ' then from = rank + at end
  end
  rank = rank + #some
end
return redis.call('ZREVRANGE', dead, from, from + count - 1)
