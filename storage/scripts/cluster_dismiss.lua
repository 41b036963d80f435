-- uses: appointments
-- Forget what an erased call booked. KEYS: appointments, starts, names, unbrought. ARGV: sid, then the ids of what is not brought yet. Returns 1 when there was
-- an appointment.

for at = 2, #ARGV do redis.call('HDEL', KEYS[4], ARGV[at]) end
return dismiss(KEYS[1], KEYS[2], KEYS[3], ARGV[1])
