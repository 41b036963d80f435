-- Two accounts of one conversation made one, as `storage/weaving.py` does it.

-- The elements of a JSON array as they are written; none when it is no array.
local function elements(array)
  local found, at, depth, from = {}, 1, 0, nil
  if string.sub(array, 1, 1) ~= '[' then return found end
  while true do
    local i = string.find(array, '["{}%[%],]', at)
    if not i then return {} end
    local mark = string.sub(array, i, i)
    at = i + 1
    if mark == '"' then
      while true do
        at = string.find(array, '["\\]', at)
        if not at then return {} end
        if string.sub(array, at, at) == '"' then break end
        at = at + 2
      end
      at = at + 1
    else
      if (mark == ',' and depth == 1) or ((mark == '}' or mark == ']') and depth == 1) then
        local one = string.match(string.sub(array, from, i - 1), '^%s*(.-)%s*$')
        if one ~= '' then found[#found + 1] = one end
        from = i + 1
      end
      if mark == '{' or mark == '[' then
        depth = depth + 1
        if depth == 1 then from = i + 1 end
      elseif mark ~= ',' then
        depth = depth - 1
        if depth == 0 then return found end
      end
    end
  end
end

-- What makes a line the same as another; false for what is no line.
local function line_key(text)
  local fine, line = pcall(cjson.decode, text)
  if not fine or type(line) ~= 'table' or type(line.speaker) ~= 'string' or type(line.message) ~= 'string' then return false end
  return #line.speaker .. line.speaker .. string.match(line.message, '^%s*(.-)%s*$')
end

local function woven(theirs, said, gone)
  local ours, waiting, behind, taken_back = elements('[' .. said .. ']'), {}, {[0] = {}}, {}
  for at, line in ipairs(ours) do
    local key = line_key(line)
    waiting[key] = waiting[key] or {}
    table.insert(waiting[key], at)
    behind[at] = {}
  end
  for _, line in ipairs(elements('[' .. gone .. ']')) do
    local key = line_key(line)
    taken_back[key] = (taken_back[key] or 0) + 1
  end
  local place = 0
  for _, line in ipairs(elements(theirs)) do
    local key = line_key(line)
    if key and waiting[key] and #waiting[key] > 0 then
      place = table.remove(waiting[key], 1)
    elseif key and (taken_back[key] or 0) > 0 then
      taken_back[key] = taken_back[key] - 1
    elseif place == 0 or not (key and waiting[key]) then
      table.insert(behind[place], line)
    end
  end
  local all = behind[0]
  for at, line in ipairs(ours) do
    all[#all + 1] = line
    for _, one in ipairs(behind[at]) do all[#all + 1] = one end
  end
  return '[' .. table.concat(all, ',') .. ']'
end
