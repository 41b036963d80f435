-- Events after an id. KEYS: a stream, the hash with its `cut` and `last`. ARGV: the id, how many.
-- Returns entries, cut, last, and of a call what it was opened with; when the stream itself is gone, everything up to `last` is cut.

local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local mark = redis.call('HMGET', KEYS[2], 'cut', 'last', 'brief')
if mark[2] and redis.call('EXISTS', KEYS[1]) == 0 then mark[1] = mark[2] end
return {entries, mark[1], mark[2], mark[3]}
