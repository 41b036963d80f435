-- The secret that all who use this store share. KEYS: where it is kept. ARGV: what it is where there is none, how many bytes one has at least.
-- What is too short to be a secret, or no text at all, is none: a key made with it would be anybody's.

if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('STRLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return redis.call('GET', KEYS[1])
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
