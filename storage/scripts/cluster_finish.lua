-- uses: record, log
-- The end of a step: its events, which have their ids now, into the call's stream, and what is remembered of the document. May be repeated.
-- KEYS: record, events, outbox. ARGV: rev, channel, events kept, ttl, sha, width, size, theirs ("" when the document was not written), then number and id
-- of each event. Returns 0 when the call is gone.

local record, events, outbox = unpack(KEYS)
local rev, channel, kept, ttl = unpack(ARGV, 1, 4)
if redis.call('EXISTS', record) == 0 then return 0 end
for at = 9, #ARGV, 2 do
  if tonumber(ARGV[at]) == tonumber(redis.call('HGET', record, 'told') or 0) + 1 then
    local data = redis.call('LPOP', outbox)
    tell(events, record, ARGV[at + 1], data, kept)
    redis.call('HINCRBY', record, 'told', 1)
    if channel ~= '' then redis.call('PUBLISH', channel, data) end
  end
end
if redis.call('HGET', record, 'rev') == rev then
  if ARGV[5] ~= '' then remember(record, {unpack(ARGV, 5, 8)}) end
  redis.call('HDEL', record, 'pending')
end
expire(ttl, events)
return 1
