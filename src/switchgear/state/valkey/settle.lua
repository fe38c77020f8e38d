-- Corrects counters after a call.
-- KEYS: the counters. ARGV: the caller's time (0: the server's), the last moment at which this may be done (0: none), for
-- each counter "kind delta at span ", and for each its token. Answers "1", or "late" and the time.

local deadline = tonumber(ARGV[2])
local now = time(tonumber(ARGV[1]))
if deadline > 0 and now > deadline then return 'late ' .. whole(now) end

local function settle_window(key, delta, at, span)
  local width = width_of(span)
  local total, head = advance(key, width, now)
  local number = math.floor(at / width)
  if number <= head - SLOTS then
    if delta < 0 then return end -- what was taken is forgotten already
    number = head
  end
  number = math.min(number, head)
  if delta < 0 then
    local here = tonumber(redis.call('HGET', key, whole(number % SLOTS)) or 0)
    delta = math.max(delta, -here)
  end
  if delta ~= 0 then add(key, width, head, number, total, delta) end
end

local index = 0
for kind, delta, at, span in string.gmatch(ARGV[3], '(%a) (%-?%d+) (%-?%d+) (%d+) ') do
  index = index + 1
  local key = KEYS[index]
  if kind == 'w' then
    settle_window(key, tonumber(delta), tonumber(at), tonumber(span))
  elseif kind == 'p' then
    local held = let_go(key, ARGV[3 + index])
    if held and held < 0 then delta = tonumber(delta) - held end
    change_period(key, tonumber(delta), tonumber(span), now)
  elseif tonumber(delta) < 0 then
    redis.call('ZREM', key, ARGV[3 + index])
  end
end
return '1'
