-- A member says that it lives, and hears who else does. One that was not heard for too long is forgotten.
-- KEYS: a sorted set of members by when they were heard last, a hash of what they said of themselves.
-- ARGV: the member ("" to listen alone), its facts, the ms after which one is gone. Answers ids and facts in turn.

local now = time(0)
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], whole(now), ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(now - tonumber(ARGV[3])))) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('HDEL', KEYS[2], gone)
end
local told = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  told[#told + 1] = member
  told[#told + 1] = redis.call('HGET', KEYS[2], member) or '{}'
end
return told
