-- Takes of every counter, or of none where one has no room.
-- KEYS: the counters. ARGV: token, the caller's time (0: the server's), the last moment at which this may be done (0: none),
-- and for each counter "kind limit amount span ". Answers, in one string of numbers, allowed, the first that refused,
-- when to try again, the time, and for each counter what is used, when that changes, whether it was seeded, what is held of it.

local token, deadline = ARGV[1], tonumber(ARGV[3])
local now = time(tonumber(ARGV[2]))
if deadline > 0 and now > deadline then return 'late ' .. whole(now) end

local function look_window(one)
  one.width = width_of(one.span)
  one.used, one.head = advance(one.key, one.width, now)
end

local function look_lease(one)
  redis.call('ZREMRANGEBYSCORE', one.key, '-inf', whole(now))
  one.used = redis.call('ZCARD', one.key)
  if one.used > 0 and redis.call('ZSCORE', one.key, token) then one.used = one.used - 1 end
end

local function look_period(one)
  local kept = now >= one.span and {} or redis.call('HMGET', one.key, 'u', 's', 'w', 'o')
  if kept[1] and tonumber(kept[3] or 0) <= now then
    give_back_left_behind(one.key, one.span, now)
    local left = redis.call('HMGET', one.key, 'u', 'o')
    kept[1], kept[4] = left[1], left[2]
  end
  one.used, one.seeded, one.held = tonumber(kept[1] or 0), kept[2] and 1 or 0, tonumber(kept[4] or 0)
end

local function take_window(one)
  if one.amount ~= 0 then add(one.key, one.width, one.head, one.head, one.used, one.amount) end
end

local function take_lease(one)
  if one.amount == 0 then return end
  redis.call('ZADD', one.key, whole(now + one.span), token)
  if redis.call('PTTL', one.key) < one.span then redis.call('PEXPIRE', one.key, whole(one.span)) end
end

local function take_period(one)
  if one.amount == 0 or now >= one.span then return end
  change_period(one.key, one.amount, one.span, now)
  if one.amount > 0 then
    hold(one.key, token, one.amount, one.span, now)
    one.held = one.held + one.amount
  end
end

-- The time until so much has left the window that ``amount`` fits under ``limit``, or until all has left.
local function reset_window(one, over, refused)
  local total = refused and one.used or one.used + one.amount
  if total == 0 then return 0 end
  if not refused and one.amount > 0 then return (one.head + SLOTS) * one.width - now end
  local fields = {}
  for number = one.head - SLOTS + 1, one.head do fields[#fields + 1] = whole(number % SLOTS) end
  local last = one.head
  for place, amount in ipairs(redis.call('HMGET', one.key, unpack(fields))) do
    if amount and tonumber(amount) ~= 0 then
      over = over - tonumber(amount)
      last = one.head - SLOTS + place
      if over <= 0 then break end
    end
  end
  return (last + SLOTS) * one.width - now
end

local LOOK = {w = look_window, l = look_lease, p = look_period}
local TAKE = {w = take_window, l = take_lease, p = take_period}

local checks, refused, index = {}, -1, 0
for kind, limit, amount, span in string.gmatch(ARGV[4], '(%a) (%-?%d+) (%-?%d+) (%d+) ') do
  index = index + 1
  local one = {
    key = KEYS[index], kind = kind, limit = tonumber(limit), amount = tonumber(amount), span = tonumber(span), seeded = 1, held = 0,
  }
  LOOK[kind](one)
  if refused < 0 and one.used + one.amount > one.limit then refused = index - 1 end
  checks[index] = one
end

local retry, told = 0, {}
for _, one in ipairs(checks) do
  local over = one.used + one.amount - one.limit
  local says_no, reset = over > 0, 0
  if refused < 0 then TAKE[one.kind](one) end
  if one.kind == 'w' then
    reset = reset_window(one, says_no and over or one.used, refused >= 0)
  elseif one.kind == 'p' then
    reset = math.max(0, one.span - now)
  end
  if says_no then retry = math.max(retry, reset) end
  local used = refused < 0 and one.kind ~= 'l' and one.used + one.amount or one.used
  if refused < 0 and one.kind == 'l' and one.amount ~= 0 then used = one.used + 1 end
  told[#told + 1] = whole(used) .. ' ' .. whole(reset) .. ' ' .. one.seeded .. ' ' .. whole(one.held)
end

return (refused < 0 and '1 ' or '0 ') .. refused .. ' ' .. whole(retry) .. ' ' .. whole(now) .. ' ' .. table.concat(told, ' ')
