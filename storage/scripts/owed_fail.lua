-- uses: owed
-- A try failed. KEYS: what the call owes. ARGV: id, in how many ms it is due again ("" never), why, as JSON. Returns when it is due (ms), "0" for never; ""
-- when it is not owed, or was given up and is to be due again. What was given up before stays as it was.

local tries, due_ms, delivery = standing(KEYS[1], ARGV[1])
if (due_ms or 0) == 0 then return due_ms and ARGV[2] == '' and '0' or '' end
due_ms = ARGV[2] == '' and 0 or clock_ms() + ARGV[2]
stand(KEYS[1], ARGV[1], tries + 1, due_ms, ARGV[3], delivery)
return string.format('%.0f', due_ms)
