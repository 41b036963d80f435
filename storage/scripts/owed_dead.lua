-- A page of what was given up, the last first. KEYS: dead. ARGV: since when the one that the last page ended with was listed (ms) and its id, "" for none;
-- how many. Returns what each is listed as, and since when.

-- Whether a comes before b in a sorted set: by bytes. `<` on strings would follow the server's locale.
local function is_before(a, b)
  for i = 1, math.min(#a, #b) do
    local left, right = string.byte(a, i), string.byte(b, i)
    if left ~= right then return left < right end
  end
  return #a < #b
end

local dead, since, id, count = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
if since == '' then return redis.call('ZREVRANGE', dead, 0, count - 1, 'WITHSCORES') end
local from = redis.call('ZCOUNT', dead, '(' .. since, '+inf')
while true do
  local one = redis.call('ZREVRANGE', dead, from, from, 'WITHSCORES')
  if #one == 0 then return {} end
  if tonumber(one[2]) < tonumber(since) or is_before(one[1], id .. ' ') then break end
  from = from + 1
end
return redis.call('ZREVRANGE', dead, from, from + count - 1, 'WITHSCORES')
