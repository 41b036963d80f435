-- uses: calendar
-- Take an erased caller's name off its place. KEYS: calendar, places. ARGV: sid.

return forget(KEYS[1], KEYS[2], ARGV[1]) and 1 or 0
