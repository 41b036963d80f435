-- uses: document
-- KEYS: document. ARGV: sha, width and size as remembered ("" for none). Returns its fingerprint, and its text when it is not as we wrote it.

local print, text = look(KEYS[1], {sha = ARGV[1] ~= '' and ARGV[1], width = tonumber(ARGV[2]), size = tonumber(ARGV[3])})
return {print, text}
