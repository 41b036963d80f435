-- The beginning of an erasure, on a cluster: from now on nothing is written to the record, and whoever opens it carries the erasure through.
-- KEYS: record. Returns what the call was opened with, and what its last step had left to do, as far as there are any.

if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'erasing', 1) end
return redis.call('HMGET', KEYS[1], 'brief', 'pending')
