-- What the scripts of the counters share. A key is one counter; by its kind it is
--   window  a hash: "h" the number of the newest bucket, "t" the total, "0".."60" the buckets by their number modulo 61
--   lease   a sorted set: each token with the moment, in ms, at which it lapses
--   period  a hash: "u" what is used, "s" set once it was seeded, "b" when it was made
-- Sixty-one buckets of a sixtieth of the span are counted, so that a whole span always lies within them.

local SLOTS = 61

-- The time in ms since 1970: the server's, so that all hosts go by one clock, or the caller's where it gives one.
local function time(given)
  if given > 0 then return given end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function width_of(span)
  return math.max(1, math.ceil(span / (SLOTS - 1)))
end

local function whole(number)
  return string.format('%.0f', number)
end

-- The total of a window and the number of its newest bucket, after what is too old was dropped. Each bucket is dropped once.
local function advance(key, width, now)
  local index = math.floor(now / width)
  local kept = redis.call('HMGET', key, 'h', 't')
  if not kept[1] then return 0, index end
  local head, total = tonumber(kept[1]), tonumber(kept[2])
  if index <= head then return total, head end
  if total == 0 or index - head >= SLOTS then
    redis.call('DEL', key)
    return 0, index
  end
  local fields = {}
  for number = head + 1, index do fields[#fields + 1] = whole(number % SLOTS) end
  local dropped = false
  for _, amount in ipairs(redis.call('HMGET', key, unpack(fields))) do
    if amount then total, dropped = total - tonumber(amount), true end
  end
  if dropped then redis.call('HDEL', key, unpack(fields)) end
  redis.call('HSET', key, 'h', whole(index), 't', whole(total))
  return total, index
end

-- Adds to a bucket of a window, which lives until the last of it is too old.
local function add(key, width, head, number, total, amount)
  redis.call('HINCRBY', key, whole(number % SLOTS), whole(amount))
  redis.call('HSET', key, 'h', whole(head), 't', whole(total + amount))
  redis.call('PEXPIRE', key, whole((SLOTS + 1) * width))
end

-- Changes what is used of a period, which is never less than nothing.
local function change_period(key, delta, ends, now)
  if now >= ends then return end
  local used = redis.call('HGET', key, 'u')
  delta = math.max(delta, -tonumber(used or 0))
  if delta == 0 then return end
  if not used then redis.call('HSETNX', key, 'b', whole(now)) end
  redis.call('HINCRBY', key, 'u', whole(delta))
  redis.call('PEXPIRE', key, whole(ends - now))
end
