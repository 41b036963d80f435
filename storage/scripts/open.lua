-- uses: document, record
-- Read a call for a turn. KEYS: record, turns, document, and with a business its places.
-- ARGV: turn key ("" none), another key it may have had. Returns the record's fields, the turn's answer, the document when it is not as we wrote it, its
-- fingerprint, and the bookings.

local fields = redis.call('HGETALL', KEYS[1])
local answer = false
if ARGV[1] ~= '' then answer = redis.call('HGET', KEYS[2], ARGV[1]) end
if not answer and ARGV[2] ~= '' then answer = redis.call('HGET', KEYS[2], ARGV[2]) end
local print, text = look(KEYS[3], remembered(KEYS[1]))
local bookings = KEYS[4] and redis.call('HVALS', KEYS[4]) or {}
return {with_words(fields, KEYS[2]), answer, text, print, bookings}
