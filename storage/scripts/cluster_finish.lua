-- uses: record, log
-- The end of a step: its events, which have their ids now, into the call's stream, and what is remembered of the document. May be repeated.
-- KEYS: record, events, untold. ARGV: rev, life, channel, events kept, ttl, sha, width, size, theirs ("" when the document was not written), then number and
-- id of each event. Returns 0 when the call is gone or about to be, or another one was begun under its sid.

local record, events, untold = unpack(KEYS)
local rev, life, channel, kept, ttl = unpack(ARGV, 1, 5)
local known = redis.call('HMGET', record, 'life', 'erasing')
if known[1] ~= life or known[2] then return 0 end
for at = 10, #ARGV, 2 do
  if tonumber(ARGV[at]) == tonumber(redis.call('HGET', record, 'told') or 0) + 1 then
    local others, data = parted(redis.call('LPOP', untold))
    tell(events, record, {ARGV[at + 1]}, {data}, kept)
    redis.call('HINCRBY', record, 'told', 1)
    publish(channel, others, ARGV[at + 1], data)
  end
end
if redis.call('HGET', record, 'rev') == rev then
  if ARGV[6] ~= '' then remember(record, {unpack(ARGV, 6, 9)}) end
  redis.call('HDEL', record, 'pending')
end
expire(ttl, events)
return 1
