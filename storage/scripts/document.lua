-- The CallSkeleton under `call:<sid>`: told apart from what another system wrote, and put together with its history.

-- What lies there: its fingerprint ("" when nothing does) and its text. Another type than a string cannot be a document.
local function fingerprint(key)
  local text = redis.pcall('GET', key)
  if type(text) == 'table' then return 'other', false end
  if not text then return '', false end
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

-- Put the document together. `body` is its JSON without history; `ours` our lines, joined by commas; `theirs` the other side's history
-- as an array, or false. Returns the text and where in it the other side's history begins (0: it is ours).
local function compose(body, ours, theirs)
  local open = string.sub(body, 1, -2) .. ',"history":'
  if theirs then return open .. theirs .. '}', #open + 1 end
  return open .. '[' .. ours .. ']}', 0
end

-- The other side's history in what lies there now, or false when the history is ours to write. `written` and `from` are what the record
-- remembers of our last document.
local function their_history(adopted, text, print, written, from)
  if not adopted or not text then return false end
  if print ~= written then return history_of(text) end
  if from > 0 then return string.sub(text, from, -2) end
  return false
end
