-- uses: record
-- Read a call for a turn, on a cluster: what lies under its own tag. KEYS: record, turns, history, untold. ARGV: turn key ("" none), another key it may have had.
-- Returns the record's fields, the turn's answer and, when a step was not carried through, the whole conversation and the events not told yet.

local fields = with_words(redis.call('HGETALL', KEYS[1]), KEYS[2])
local answer = false
if ARGV[1] ~= '' then answer = redis.call('HGET', KEYS[2], ARGV[1]) end
if not answer and ARGV[2] ~= '' then answer = redis.call('HGET', KEYS[2], ARGV[2]) end
if redis.call('HEXISTS', KEYS[1], 'pending') == 0 then return {fields, answer} end
return {fields, answer, redis.call('GET', KEYS[3]) or '', redis.call('LRANGE', KEYS[4], 0, -1)}
