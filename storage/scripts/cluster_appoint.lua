-- uses: appointments
-- Write the appointment that a step of a call made; may be repeated. KEYS: appointments, starts, names. ARGV: the appointment, how long it is kept (s), of
-- which call's which step it is.

local till = appoint(KEYS[1], KEYS[2], KEYS[3], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]))
return till
