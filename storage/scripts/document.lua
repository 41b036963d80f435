-- The CallSkeleton under `call:<sid>`: told apart from what another system wrote, and changed in place.
--
-- As we write it, it is a head padded with spaces to a width, `,"history":`, the history and `}`. So a step overwrites the head and adds to the end,
-- and costs the same however long the conversation is. Whoever replaces the document writes it without our padding, which changes its size: its
-- fingerprint covers the head, the size and the end.

local END, OPEN, STEP, ROOM, BLOCK = 256, ',"history":', 1024, 256, 256
-- Whose the history in it is: ours alone, another system's alone, or theirs with each line of ours in it. What is not ours alone lives as they want.
local OURS, THEIRS, BOTH = '0', '1', '2'

-- The fingerprint of our document with that head. Long texts are what a script spends most of its time on: each is made once, and used again.
local function print_of(document, padded, size)
  return redis.sha1hex(padded .. redis.call('GETRANGE', document, -END, -1) .. size)
end

local function padded_to(width, head)
  return head .. string.rep(' ', width - #head)
end

-- What the record remembers of our last document.
local function remembered(record)
  local kept = redis.call('HMGET', record, 'sha', 'width', 'size', 'theirs')
  return {sha = kept[1], width = tonumber(kept[2] or 0), size = tonumber(kept[3] or 0), whose = kept[4] or OURS}
end

-- What lies there: its fingerprint ("" when nothing does), and its text when it is not as we wrote it; `ours.padded` is its head when it is.
local function look(document, ours)
  local size = redis.pcall('STRLEN', document)
  if type(size) == 'table' then return 'other', false end
  if size == 0 then return '', false end
  if ours.sha and size == ours.size then
    ours.padded = redis.call('GETRANGE', document, 0, ours.width - 1)
    if print_of(document, ours.padded, size) == ours.sha then return ours.sha, false end
  end
  local text = redis.call('GET', document)
  return redis.sha1hex(text), text
end

-- The raw text of the top-level member "history" of a valid JSON object; "[]" when it has none. Not by cjson: it would not give back
-- empty arrays and long numbers as they were.
local function history_of(text)
  local found, at, depth, name_next, value_from = '[]', 1, 0, false, nil
  while true do
    local i = string.find(text, '["{}%[%],]', at)
    if not i then return found end
    local mark = string.sub(text, i, i)
    at = i + 1
    if mark == '"' then
      local stop = at
      while true do
        stop = string.find(text, '["\\]', stop)
        if not stop then return found end
        if string.sub(text, stop, stop) == '"' then break end
        stop = stop + 2
      end
      if name_next then
        name_next = false
        local colon = string.find(text, ':', stop + 1, true)
        if not colon then return found end
        at = colon + 1
        if string.sub(text, i, stop) == '"history"' then value_from = at end
      else
        at = stop + 1
      end
    else
      local closes = mark == '}' or mark == ']'
      if closes then depth = depth - 1 end
      if value_from and ((mark == ',' and depth == 1) or (closes and depth == 0)) then
        found = string.match(string.sub(text, value_from, i - 1), '^%s*(.-)%s*$')
        value_from = nil
      end
      if mark == '{' or mark == '[' then depth = depth + 1 end
      name_next = depth == 1 and (mark == '{' or mark == ',')
    end
  end
end

-- Whose the history is after a step. `adopted`: whose it is in a document of another system's, "" in one that is ours; `text` is of a document that is not
-- as we wrote it.
local function whose_history(adopted, ours, untouched, text)
  if adopted ~= '' and (untouched and ours.whose ~= OURS or not untouched and text) then return adopted end
  return OURS
end

-- The history that lies there, in `text` or in our own document.
local function history_there(document, ours, text)
  return text and history_of(text) or redis.call('GETRANGE', document, ours.width + #OPEN, -2)
end

local function marks(document, padded, size, whose)
  return {print_of(document, padded, size), #padded, size, whose}
end

-- Overwrite the head: from where the two differ, and of the spaces behind it only what something else stood on. Returns the document's size.
local function overwrite(document, was, now, head)
  local from, last = 0, string.find(was, '[^ ]', #head + 1) and #now or #head
  while from + BLOCK <= last and string.sub(was, from + 1, from + BLOCK) == string.sub(now, from + 1, from + BLOCK) do from = from + BLOCK end
  return redis.call('SETRANGE', document, from, string.sub(now, from + 1, last))
end

-- Write a step into our own document as `look` found it: overwrite the head, add the new `lines` behind the history. Returns the new marks, or false
-- when the head has outgrown its width or the history changes hands.
local function write_in_place(document, ours, head, lines, whose, ttl)
  if #head >= ours.width or whose ~= ours.whose then return false end
  local padded = padded_to(ours.width, head)
  local size = overwrite(document, ours.padded, padded, head)
  if whose ~= THEIRS and lines ~= '' then
    local first = redis.call('GETRANGE', document, ours.size - 3, ours.size - 3) == '['
    size = redis.call('SETRANGE', document, ours.size - 2, (first and '' or ',') .. lines .. ']}')
  end
  if whose == OURS then redis.call('EXPIRE', document, ttl) end
  return marks(document, padded, size, whose)
end

-- Write the whole document, with that history.
local function write_whole(document, head, whose, history, ttl)
  local width = math.ceil((#head + ROOM) / STEP) * STEP
  local padded = padded_to(width, head)
  local whole = padded .. OPEN .. history .. '}'
  if whose == OURS then
    redis.call('SET', document, whole, 'EX', ttl)
  else
    redis.call('SET', document, whole, 'KEEPTTL')
  end
  return marks(document, padded, #whole, whose)
end
