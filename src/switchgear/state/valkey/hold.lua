-- Holds on to what calls took of periods, for they go on; what was given back is taken anew.
-- KEYS: the counters. ARGV: the caller's time (0: the server's), and for each counter the end of its period, how many calls hold of
-- it, and for each its token and amount.

local now = time(tonumber(ARGV[1]))
local place = 2
for _, key in ipairs(KEYS) do
  local ends, count = tonumber(ARGV[place]), tonumber(ARGV[place + 1])
  for number = 1, now < ends and count or 0 do
    local token, amount = ARGV[place + 2 * number], tonumber(ARGV[place + 2 * number + 1])
    local held = let_go(key, token)
    if held and held < 0 then change_period(key, amount, ends, now) end
    hold(key, token, amount, ends, now)
  end
  place = place + 2 + 2 * count
end
return '1'
