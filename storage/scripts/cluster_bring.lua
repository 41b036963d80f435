-- uses: owed
-- Have a call owe what the change of its appointment made due; may be repeated. KEYS: what the call owes. ARGV: for how long (s), then ids and deliveries.

owe(KEYS[1], 2, #ARGV, clock_ms(), ARGV[1])
return #ARGV
