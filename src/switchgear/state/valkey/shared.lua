-- What the scripts of the counters share. A key is one counter; by its kind it is
--   window  a hash: "h" the number of the newest bucket, "t" the total, "0".."60" the buckets by their number modulo 61
--   lease   a sorted set: each token with the moment, in ms, at which it lapses
--   period  a hash: "u" what is used, "s" set once it was seeded, "b" when it was made, "w" when to look for what is left behind,
--           "o" what is held of it; and beside it, with ":o" behind its name, what calls took and have not settled: each token
--           with "amount until"
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

-- What a call took of a period is held until it is settled. Held by nobody any more, it is given back: its process died. Its amount
-- is kept below nothing for a while, for a process that only slept.
local HELD, REMEMBERED, LOOK_EVERY = 15000, 600000, 5000

local function hold(key, token, amount, ends, now)
  redis.call('HINCRBY', key, 'o', whole(amount))
  redis.call('PEXPIRE', key, whole(ends - now))
  redis.call('HSET', key .. ':o', token, whole(amount) .. ' ' .. whole(now + HELD))
  redis.call('PEXPIRE', key .. ':o', whole(ends - now))
end

-- The amount that a call holds, below nothing where it was given back; nil where it holds none. It is held no longer.
local function let_go(key, token)
  local held = redis.call('HGET', key .. ':o', token)
  if not held then return nil end
  redis.call('HDEL', key .. ':o', token)
  local amount = tonumber(string.match(held, '^%-?%d+'))
  if amount > 0 and redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, 'o', whole(-amount)) end
  return amount
end

local function give_back_left_behind(key, ends, now)
  local kept = redis.call('HGETALL', key .. ':o')
  for place = 1, #kept, 2 do
    local amount, till = string.match(kept[place + 1], '^(%-?%d+) (%d+)$')
    amount = tonumber(amount)
    if tonumber(till) > now then
      -- somebody holds it
    elseif amount > 0 then
      change_period(key, -amount, ends, now)
      redis.call('HINCRBY', key, 'o', whole(-amount))
      redis.call('HSET', key .. ':o', kept[place], whole(-amount) .. ' ' .. whole(now + REMEMBERED))
    else
      redis.call('HDEL', key .. ':o', kept[place])
    end
  end
  redis.call('HSET', key, 'w', whole(now + LOOK_EVERY))
end
