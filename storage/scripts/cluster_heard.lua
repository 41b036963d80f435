-- uses: log
-- On a cluster: an event that another program published, which has its id, into its call's stream. KEYS: record, events. ARGV: id, its JSON, events kept.
-- Returns "busy" while events of the call have ids and are not there yet, "late" when a newer one is there already: then the log alone has it.

local record, events = unpack(KEYS)
local known = redis.call('HMGET', record, 'rev', 'pending', 'erasing', 'last')
if not known[1] or known[3] then return 'none' end
if known[2] then return 'busy' end
local ms, seq = id_parts(ARGV[1])
local last_ms, last_seq = id_parts(known[4] or '0-0')
if last_ms > ms or (last_ms == ms and last_seq >= seq) then return 'late' end
tell(events, record, {ARGV[1]}, {ARGV[2]}, ARGV[3])
redis.call('PEXPIRE', events, redis.call('PTTL', record))
return 'ok'
