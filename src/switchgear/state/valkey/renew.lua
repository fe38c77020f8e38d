-- Lets leases live for their span from now; those that lapsed are taken anew, for their calls go on.
-- KEYS: the counters. ARGV: the caller's time (0: the server's), and for each counter its span, how many tokens, the tokens.

local now = time(tonumber(ARGV[1]))
local place = 2
for _, key in ipairs(KEYS) do
  local span, count = tonumber(ARGV[place]), tonumber(ARGV[place + 1])
  for number = 1, count do redis.call('ZADD', key, whole(now + span), ARGV[place + 1 + number]) end
  if redis.call('PTTL', key) < span then redis.call('PEXPIRE', key, whole(span)) end
  place = place + 2 + count
end
return '1'
