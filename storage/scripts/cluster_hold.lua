-- uses: calendar
-- Hold a place until the step that books it is written elsewhere. KEYS: calendar, places, longest, holds. ARGV: sid, token, start, end, capacity,
-- booking, how old a hold is that nobody is at work on (ms), how long the calendar is kept (s).
-- Returns {"held", now in ms}, or {"taken", sid and token of each old hold that counted}.

local calendar, places, longest, holds = unpack(KEYS)
local sid, token, from, till = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local others, old = {}, {}
local all = redis.call('HGETALL', holds)
for at = 1, #all, 2 do
  local hold = cjson.decode(all[at + 1])
  if hold['sid'] ~= sid then
    others[#others + 1] = hold['booking']
    if now_ms - hold['at'] > tonumber(ARGV[7]) then
      old[#old + 1] = hold['sid']
      old[#old + 1] = all[at]
    end
  end
end
if not fits(calendar, places, longest, ARGV[6], from, till, tonumber(ARGV[5]), others) then return {'taken', unpack(old)} end
redis.call('HSET', holds, token, cjson.encode({sid = sid, at = now_ms, booking = ARGV[6], start = from, till = till}))
redis.call('EXPIRE', holds, ARGV[8])
return {'held', now_ms}
