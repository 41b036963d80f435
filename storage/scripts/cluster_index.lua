-- uses: index
-- Put a call into the list of its status; an older step than the one that did so last changes nothing. KEYS: list and list by expiry of its status, those of the
-- other statuses, whose each call is, and where it stands. ARGV: sid, created_ms, ttl_s, life, rev, business.

local sid, life, rev = ARGV[1], ARGV[4], tonumber(ARGV[5])
local businesses, standing = unpack(KEYS, #KEYS - 1)
local was_life, was_rev = string.match(redis.call('HGET', standing, sid) or '', '^(%S+) (%d+)$')
if was_life == life and tonumber(was_rev) > rev then return 0 end
for at = 3, #KEYS - 2, 2 do unlist(KEYS[at], KEYS[at + 1], sid) end
redis.call('HSET', standing, sid, life .. ' ' .. rev)
local dropped = list(KEYS[1], KEYS[2], businesses, sid, ARGV[2], ARGV[3], ARGV[6], was_life ~= life)
for _, gone in ipairs(dropped) do redis.call('HDEL', standing, gone) end
return 1
