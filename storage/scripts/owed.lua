-- What a call owes, one JSON object each: how it stands, and behind that the delivery itself, so that the one changes without the other being read.

local DELIVERY = ',"delivery":'

local function clock_ms()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- How one is named in the lists. No id has a space in it.
local function listed_as(id, sid) return id .. ' ' .. sid end

-- Write how one stands. `why`: as JSON. `due_ms`: 0 when it is given up. `delivery`: as JSON.
local function stand(deliveries, id, tries, due_ms, why, delivery)
  local head = string.format('{"tries":%.0f,"due_ms":%.0f,"why":', tries, due_ms)
  redis.call('HSET', deliveries, id, head .. why .. DELIVERY .. delivery .. '}')
end

-- How one stands: tries, when it is due, the delivery as JSON; nothing when it is not owed.
local function standing(deliveries, id)
  local kept = redis.call('HGET', deliveries, id)
  if not kept then return nil end
  local tries, due_ms = string.match(kept, '^{"tries":(%d+),"due_ms":(%d+),')
  local _, from = string.find(kept, DELIVERY, 1, true)
  return tonumber(tries), tonumber(due_ms), string.sub(kept, from + 1, -2)
end

-- Whether it can be told how it ended with one: that it has arrived, as long as it is kept; that it was given up, once. `why`: as JSON, "" when it arrived.
local function is_open(deliveries, id, why)
  local _, due_ms = standing(deliveries, id)
  return due_ms ~= nil and (why == '' or due_ms > 0)
end

local function settle(deliveries, id, why)
  local tries, _, delivery = standing(deliveries, id)
  if why == '' then redis.call('HDEL', deliveries, id) else stand(deliveries, id, tries + 1, 0, why, delivery) end
end

-- Owe what ARGV names from `first` to `last`, ids and deliveries, from now on.
local function owe(deliveries, first, last, now_ms, owed_s)
  for at = first, last, 2 do stand(deliveries, ARGV[at], 0, now_ms, '""', ARGV[at + 1]) end
  redis.call('EXPIRE', deliveries, owed_s)
end
