-- uses: document, weaving
-- Bring the document to where the record stands. May be repeated, also by another worker at the same time.
-- KEYS: document. ARGV: fingerprint as the step saw it; sha, width, size, whose as remembered; head, lines, adopted, ttl, lines that were taken back, and
-- the whole conversation, if it is at hand (`lines` does not count then).
-- Returns {"ok", marks ...}, {"said"} when it takes the whole conversation, or {"other"} when another system was there first: the next
-- turn adopts what it wrote.

local document = KEYS[1]
local seen, sha, width, size, was, head, lines, adopted, ttl, gone, said = unpack(ARGV, 1, 11)
local ours = {sha = sha ~= '' and sha, width = tonumber(width), size = tonumber(size), whose = was}
local print, text = look(document, ours)
local untouched = ours.sha and print == ours.sha
local whose = whose_history(adopted, ours, untouched, text)
if print == seen then
  local now = untouched and not said and write_in_place(document, ours, head, lines, whose, ttl)
  if not now and whose ~= THEIRS and not said then return {'said'} end
  if now then return {'ok', unpack(now)} end
  local there = whose ~= OURS and history_there(document, ours, text)
  local history = whose == THEIRS and there or whose == BOTH and woven(there, said, gone) or '[' .. said .. ']'
  return {'ok', unpack(write_whole(document, head, whose, history, ttl))}
end
if not said then return {'said'} end
if not text then return {'other'} end
-- Has this very step been written before?
if string.sub(text, 1, #head) == head then
  local from = string.find(text, OPEN, #head + 1, true)
  local history = from and string.sub(text, from + #OPEN, -2)
  local padded = from and string.sub(text, 1, from - 1)
  if from and string.match(string.sub(text, #head + 1, from - 1), '^ +$') then
    local alone = history == '[' .. said .. ']'
    if adopted == BOTH and woven(history, said, gone) == history then return {'ok', unpack(marks(document, padded, #text, BOTH))} end
    if adopted == THEIRS or alone then return {'ok', unpack(marks(document, padded, #text, alone and OURS or THEIRS))} end
  end
end
return {'other'}
