-- Tells periods, after a time in which the server was lost, what it missed.
-- KEYS: the counters. ARGV: the caller's time (0: the server's), when the server was lost, and for each counter
-- "missed open ends ". One that the server still knows missed what was taken and settled meanwhile. One that it forgot is
-- seeded anew by the books, where every call is that is over: it lacks the calls that are open.

local now, lost_at = time(tonumber(ARGV[1])), tonumber(ARGV[2])
local index = 0
for missed, open, ends in string.gmatch(ARGV[3], '(%-?%d+) (%-?%d+) (%d+) ') do
  index = index + 1
  local born = redis.call('HGET', KEYS[index], 'b')
  local known = born and tonumber(born) < lost_at
  change_period(KEYS[index], tonumber(known and missed or open), tonumber(ends), now)
end
return '1'
