-- uses: log
-- Take in an event that another program published: once, whoever hears of it. KEYS: claim, log, mark, record, events; on a cluster the first three. ARGV: sid,
-- its JSON, how long to remember that it was taken in (ms), log_ms, events kept, its business.
-- Returns its id; "" when it was taken in before. A call that is not there is not made for it.

local claim, log, mark, record, events = unpack(KEYS)
local sid, data, claim_ms, log_ms, kept, business = unpack(ARGV)
if not redis.call('SET', claim, 1, 'NX', 'PX', claim_ms) then return '' end
local id = append(log, mark, sid, {data}, business)[1]
if record and redis.call('EXISTS', record) == 1 then
  tell(events, record, {id}, {data}, kept)
  redis.call('PEXPIRE', events, redis.call('PTTL', record))
end
trim(log, mark, tonumber(log_ms))
return id
