-- Tells a period counter what was used before it was made. Only the first to tell counts.
-- KEYS: the counter. ARGV: the caller's time (0: the server's), the amount, the end of the period.

local now, until_ms = time(tonumber(ARGV[1])), tonumber(ARGV[3])
if now < until_ms and redis.call('HSETNX', KEYS[1], 's', '1') == 1 then
  redis.call('HSETNX', KEYS[1], 'b', whole(now))
  redis.call('HINCRBY', KEYS[1], 'u', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], whole(until_ms - now))
end
return '1'
