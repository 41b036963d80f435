-- uses: document
-- The document for whoever asks us. KEYS: document, record, history.
-- Returns its text, or false when there is none, and our own conversation where the one in it may be another system's, or false.

local size = redis.pcall('STRLEN', KEYS[1])
if type(size) == 'table' or size == 0 then return {false, false} end
local ours = remembered(KEYS[2])
local apart = ours.sha and (ours.whose == THEIRS or size ~= ours.size)
return {redis.call('GET', KEYS[1]), apart and redis.call('GET', KEYS[3])}
