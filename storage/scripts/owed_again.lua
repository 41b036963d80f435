-- uses: owed
-- What was given up is due now. KEYS: what the call owes. ARGV: id. Returns 1; 0 when it was due already, "" when it is not owed.

local _, due_ms, delivery = standing(KEYS[1], ARGV[1])
if not due_ms then return '' end
if due_ms > 0 then return 0 end
stand(KEYS[1], ARGV[1], 0, clock_ms(), '""', delivery)
return 1
