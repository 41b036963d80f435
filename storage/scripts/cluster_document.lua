-- uses: document
-- Bring the document to where the record stands. May be repeated, also by another worker at the same time.
-- KEYS: document. ARGV: fingerprint as the step saw it; sha, width, size, theirs as remembered; head, lines, adopted, ttl, and the whole
-- conversation, if it is at hand (`lines` does not count then).
-- Returns {"ok", marks ...}, {"said"} when it takes the whole conversation, or {"other"} when another system was there first: the next
-- turn adopts what it wrote.

local document = KEYS[1]
local seen, sha, width, size, was_theirs, head, lines, adopted, ttl, said = unpack(ARGV, 1, 10)
local ours = {sha = sha ~= '' and sha, width = tonumber(width), size = tonumber(size), theirs = was_theirs == '1'}
local print, text = look(document, ours)
local untouched = ours.sha and print == ours.sha
local theirs = adopted == '1' and (untouched and ours.theirs or text and true) or false
if print == seen then
  local now = untouched and not said and write_in_place(document, ours, head, lines, theirs, ttl)
  if not now and not theirs and not said then return {'said'} end
  return {'ok', unpack(now or write_whole(document, head, theirs and theirs_in(document, ours, text), said, ttl))}
end
if not said then return {'said'} end
if not text then return {'other'} end
-- Has this very step been written before?
if string.sub(text, 1, #head) == head then
  local from = string.find(text, OPEN, #head + 1, true)
  local history = from and string.sub(text, from + #OPEN, -2)
  if from and string.match(string.sub(text, #head + 1, from - 1), '^ +$') and (adopted == '1' or history == '[' .. said .. ']') then
    local others = adopted == '1' and history ~= '[' .. said .. ']'
    return {'ok', unpack(marks(document, from - 1, others))}
  end
end
return {'other'}
