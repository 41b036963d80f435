-- A page of the list of calls. KEYS: the lists, by creation, of every status, those wanted first. ARGV: the sid the last page ended with, its
-- creation when known ("" to look it up), how many calls, how many lists are wanted, from when and until when they were begun, as a sorted set takes
-- bounds. Returns {number of the list, sid, creation} for each call, not yet in order between lists, or false when the sid is not listed.

-- Whether a comes at or after b in a sorted set: by bytes. `<` on strings would follow the server's locale.
local function at_or_after(a, b)
  for i = 1, math.min(#a, #b) do
    local left, right = string.byte(a, i), string.byte(b, i)
    if left ~= right then return left > right end
  end
  return #a >= #b
end

local sid, created, count, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local since, from = ARGV[5], ARGV[6]
if sid ~= '' and not created then
  for _, key in ipairs(KEYS) do created = created or redis.call('ZSCORE', key, sid) end
  if not created then return false end
  created = tonumber(created)
end
local bound = tonumber((string.gsub(from, '^%(', '')))
if created and not (bound and created >= bound) then from = string.format('%.0f', created) end
local found = {}
for number = 1, wanted do
  local key = KEYS[number]
  local offset, taken = 0, 0
  while taken < count do
    local some = redis.call('ZREVRANGEBYSCORE', key, from, since, 'WITHSCORES', 'LIMIT', offset, count)
    if #some == 0 then break end
    for i = 1, #some, 2 do
      local later = created and tonumber(some[i + 1]) == created and at_or_after(some[i], sid)
      if not later and taken < count then
        found[#found + 1] = {number, some[i], some[i + 1]}
        taken = taken + 1
      end
    end
    offset = offset + count
  end
end
return found
