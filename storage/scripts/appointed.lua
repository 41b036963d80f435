-- The appointments that a name leads to, and the time (s). KEYS: appointments, names. ARGV: the name.

local found = {redis.call('TIME')[1]}
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. ARGV[1] .. ' ', '(' .. ARGV[1] .. '!')) do
  found[#found + 1] = redis.call('HGET', KEYS[1], string.sub(name, #ARGV[1] + 2)) or nil
end
return found
