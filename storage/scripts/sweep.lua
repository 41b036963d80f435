-- Take a call's events out of the shared log, bytes and all: what XDEL deletes stays in its block of the stream, and so in every dump, until all of that
-- block is gone. So the log is written anew without them; one that is too long for that is swept a part at a time. That a call was erased stays told,
-- as we tell it, with whose call it was: an entry that says more than that is gone.
-- KEYS: log, mark, the log while it is written anew. ARGV: sid, how many entries are too long, from where, how many at a time.
-- Returns from where to go on, "" when all is done.

local log, mark, anew = unpack(KEYS)
local sid, most, from, part = unpack(ARGV)

local named = '"callSid"%s*:%s*"' .. string.gsub(sid, '%W', '%%%0') .. '"'
local told = '^{"type":"status_change","payload":{"callSid":"[^"]*","status":"erased"},"timestamp":[%d.]+,"source":"service"}$'

-- By name: another program's entry may hold other fields, in another order, or lack some. One that does not say whose it is is of whom it speaks.
local function mine(entry)
  local whose, speaks, erased, fields = '', false, false, 4
  for at = 1, #entry[2], 2 do
    local field, value = entry[2][at], entry[2][at + 1]
    if field == 'sid' then
      whose = value
    elseif field == 'business' and #value <= 64 and string.find(value, '^[%w._-]*$') then
      fields = 6
    else
      speaks = speaks or string.find(value, named) ~= nil
      erased = erased or (field == 'data' and string.find(value, told) ~= nil)
    end
  end
  return (whose == sid or (whose == '' and speaks)) and not (erased and #entry[2] == fields)
end

if redis.call('EXISTS', log) == 0 then return '' end
if redis.call('XLEN', log) > tonumber(most) then
  local entries = redis.call('XRANGE', log, from, '+', 'COUNT', part)
  for _, entry in ipairs(entries) do
    if mine(entry) then redis.call('XDEL', log, entry[1]) end
  end
  return #entries > 0 and '(' .. entries[#entries][1] or ''
end
local last, life = redis.call('HGET', mark, 'last'), redis.call('PTTL', log)
redis.call('DEL', anew)
-- A first entry that is cut again: a log without entries is still a log, whose readers have lost nothing.
redis.call('XADD', anew, '0-1', 'sid', '', 'data', '')
for _, entry in ipairs(redis.call('XRANGE', log, '-', '+')) do
  if not mine(entry) then redis.call('XADD', anew, entry[1], unpack(entry[2])) end
end
redis.call('XTRIM', anew, 'MINID', '=', '0-2')
if last then redis.call('XSETID', anew, last) end
redis.call('RENAME', anew, log)
if life > 0 then redis.call('PEXPIRE', log, life) end
return ''
