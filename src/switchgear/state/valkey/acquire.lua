-- Takes a lock, or keeps it where the token holds it already. KEYS: the lock. ARGV: token, ms.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
