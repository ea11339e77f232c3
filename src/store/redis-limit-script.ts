/**
 * The arithmetic of limits/apply.ts in Lua, as one script, so that nothing comes between reading,
 * deciding and writing. It runs on Redis 6.2+ and Valkey.
 *
 * - The time is the server's, read once: in Redis 7.0 it moves while a script runs.
 * - All numbers are whole and below 2^53. `..` and tostring write 14 digits only, hence int().
 * - KEYS: the mark of a settled call, then for each bucket its hash and its sorted set (calls by
 *   the end of their lease). In the hash: v, t, r: value, at, reserved; f: no lease ends before
 *   this; x: until when both keys are kept; `l:CALL`: what that call holds.
 * - A command costs Redis more than the arithmetic. So the sorted set is not read before `f`, and
 *   keys are kept a minute to an hour longer than they must be: few calls set their end anew.
 * - ARGV: operation, call, lease (ms), remember (ms), then eight for each bucket: kind, limit,
 *   ticks of the window, milliseconds of a tick, period, end (ms or -1), shadow, amount.
 * - Answer: status, index of the bucket that refused (or -1), time, then v, t, r of each bucket.
 */
export const LIMIT_SCRIPT = `
local MAX, DAY, HOUR, SLACK = 9007199254740991, 86400000, 3600000, 60000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local operation, call = ARGV[1], ARGV[2]
local lease, remember = tonumber(ARGV[3]), ARGV[4]

local function int(number) return string.format('%.0f', number) end

local function month_at(ms)
  local days = math.floor(ms / DAY) + 719468
  local era = math.floor(days / 146097)
  local doe = days - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  return (era * 400 + yoe) * 12 + math.floor((5 * doy + 2) / 153) + 2 - 1970 * 12
end

local function period_at(period)
  if period == 'day' then return math.floor(now / DAY) end
  if period == 'month' then return month_at(now) end
  return 0
end

local function add_units(b, level, units)
  return math.min(MAX, math.max(0, level + units * b.window))
end

local function is_rate(b) return b.kind == 'requests' or b.kind == 'tokens' end

local function roll(b)
  if is_rate(b) then
    local tick = math.floor(now / b.tick)
    if tick > b.at then b.value = math.max(0, b.value - (tick - b.at) * b.limit) end
    b.at = tick
  elseif b.kind == 'concurrent' then
    b.value, b.at = 0, 0
  else
    local current = period_at(b.period)
    if b.at < current then
      b.value, b.at = 0, current
    elseif b.at > current + 1 then
      b.at = current
    end
  end
end

local function fits(b, increase)
  if b.limit == 0 then return false end
  if is_rate(b) then return add_units(b, b.value, increase) <= b.limit * b.window end
  if b.kind == 'concurrent' then return b.reserved + increase <= b.limit end
  return b.value + b.reserved + increase <= b.limit
end

local function take(b, increase)
  if is_rate(b) then b.value = add_units(b, b.value, increase) end
  if b.kind ~= 'requests' then b.reserved = b.reserved + increase end
end

local function release(b, held, actual)
  if b.kind == 'requests' then return end
  b.reserved = math.max(0, b.reserved - held)
  if b.kind == 'tokens' then
    b.value = add_units(b, b.value, actual - held)
  elseif b.kind == 'usd' then
    b.value = math.min(MAX, b.value + actual)
  end
end

local function expires_at(b)
  local expires = now + lease
  if is_rate(b) then
    local ticks = b.window
    if b.limit > 0 then ticks = math.ceil(b.value / b.limit) end
    expires = expires + ticks * b.tick
  elseif b.kind == 'usd' then
    if b.period == 'none' then
      expires = math.max(expires, b.ends >= 0 and b.ends or now + DAY)
    else
      local longest = b.period == 'day' and DAY or 31 * DAY
      expires = math.max(expires, now + (b.at - period_at(b.period) + 1) * longest)
    end
  end
  return expires
end

-- Writes the state, and more fields of the hash. The leases are kept for as long as the hash: one
-- that is gone without being found lapsed would be reserved for ever.
local function write(b, ...)
  redis.call('HSET', b.hash, 'v', int(b.value), 't', int(b.at), 'r', int(b.reserved), ...)
  if b.first ~= b.stored_first then redis.call('HSET', b.hash, 'f', int(b.first)) end
  local expires = expires_at(b)
  if expires <= b.kept and b.kept <= expires + HOUR then return end
  b.kept = expires + SLACK
  local kept = int(b.kept)
  redis.call('HSET', b.hash, 'x', kept)
  redis.call('PEXPIREAT', b.hash, kept)
  redis.call('PEXPIREAT', b.leases, kept)
end

local function drop_lapsed(b)
  local stored_at, calls = b.at, {}
  roll(b)
  -- A clock that has stepped back lets leases end before those that were there.
  if now >= b.first or now + lease < b.first then
    calls = redis.call('ZRANGEBYSCORE', b.leases, '-inf', int(now))
    for _, other in ipairs(calls) do
      local field = 'l:' .. other
      local held = redis.call('HGET', b.hash, field)
      if held then release(b, tonumber(held), 0) end
      if other == call then b.held = nil end
      if operation ~= 'read' then
        redis.call('HDEL', b.hash, field)
        redis.call('ZREM', b.leases, other)
      end
    end
    local after = redis.call('ZRANGEBYSCORE', b.leases, '(' .. int(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    b.first = math.min(now + lease, tonumber(after[2] or MAX))
  end
  if (#calls > 0 or b.at < stored_at) and operation ~= 'read' then write(b) end
end

local buckets = {}
for i = 1, (#KEYS - 1) / 2 do
  local a = 4 + (i - 1) * 8
  local b = {
    hash = KEYS[2 * i], leases = KEYS[2 * i + 1], kind = ARGV[a + 1], limit = tonumber(ARGV[a + 2]),
    window = tonumber(ARGV[a + 3]), tick = tonumber(ARGV[a + 4]), period = ARGV[a + 5],
    ends = tonumber(ARGV[a + 6]), shadow = ARGV[a + 7] == '1', amount = tonumber(ARGV[a + 8]),
  }
  local row = redis.call('HMGET', b.hash, 'v', 't', 'r', 'f', 'x', 'l:' .. call)
  b.value, b.at, b.reserved = tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0)
  b.first, b.kept, b.held = tonumber(row[4] or 0), tonumber(row[5] or 0), row[6] and tonumber(row[6])
  b.stored_first = b.first
  drop_lapsed(b)
  buckets[i] = b
end

local function answer(status, refused)
  local result = { status, refused, now }
  for _, b in ipairs(buckets) do
    result[#result + 1], result[#result + 2], result[#result + 3] = b.value, b.at, b.reserved
  end
  return result
end

if operation == 'read' then return answer('read', -1) end

if operation == 'settle' then
  if not redis.call('SET', KEYS[1], '1', 'PX', remember, 'NX') then
    redis.call('PEXPIRE', KEYS[1], remember)
    return answer('settled', -1)
  end
  for _, b in ipairs(buckets) do
    if b.held then
      redis.call('HDEL', b.hash, 'l:' .. call)
      redis.call('ZREM', b.leases, call)
    end
    release(b, b.held or 0, b.amount)
    write(b)
  end
  return answer('settled', -1)
end

if redis.call('EXISTS', KEYS[1]) == 1 then return answer('settled', -1) end
for i, b in ipairs(buckets) do
  b.increase = math.max(0, b.amount - (b.held or 0))
  if not b.shadow and (b.increase > 0 or (not b.held and b.limit == 0)) and not fits(b, b.increase) then
    return answer('refused', i - 1)
  end
end
for _, b in ipairs(buckets) do
  take(b, b.increase)
  redis.call('ZADD', b.leases, int(now + lease), call)
  write(b, 'l:' .. call, int(math.max(b.held or 0, b.amount)))
  -- The set may be new, though the hash is not.
  redis.call('PEXPIREAT', b.leases, int(b.kept))
end
return answer('held', -1)
`;
