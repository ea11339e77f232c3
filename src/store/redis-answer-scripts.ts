/**
 * What the server does for answers, each in one step, on Redis 6.2+ and Valkey. A log is a hash (h:
 * head, p: epoch, l: last event, e: end, u: end of the lease, c: to be cancelled, d: dropped) and a
 * stream of pieces, each under the number of its last event. The time is the server's, read once.
 */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function int(number) return string.format('%.0f', number) end
`;

/** KEYS: key. ARGV: holder, the holder instead of whom ('' for nobody), time to live. */
export const CLAIM_SCRIPT = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[2] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
`;

/** KEYS: hash. ARGV: head, time to live, lease. */
export const OPEN_SCRIPT = `${NOW}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'h', ARGV[1], 'p', 1, 'l', 0, 'u', int(now + tonumber(ARGV[3])))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

/**
 * KEYS: hash, pieces. ARGV: epoch, time to live, lease, end ('' for none), drop, after, last, text.
 */
export const APPEND_SCRIPT = `${NOW}
local found = redis.call('HMGET', KEYS[1], 'p', 'l', 'e', 'c', 'd')
if not found[1] or found[1] ~= ARGV[1] then return 'fenced' end
if found[3] and found[3] ~= ARGV[4] then return 'fenced' end
if ARGV[5] == '1' and not found[5] then
  redis.call('HSET', KEYS[1], 'd', 1)
  redis.call('DEL', KEYS[2])
  found[5] = '1'
end
if ARGV[7] and tonumber(ARGV[7]) > tonumber(found[2]) then
  redis.call('HSET', KEYS[1], 'l', ARGV[7])
  if not found[5] then redis.call('XADD', KEYS[2], ARGV[7] .. '-0', 'a', ARGV[6], 't', ARGV[8]) end
end
redis.call('HSET', KEYS[1], 'u', int(now + tonumber(ARGV[3])))
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'e', ARGV[4]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if found[4] then return 'cancel' end
return 'ok'
`;

/**
 * KEYS: hash, pieces. ARGV: after, most pieces. Answer: head, epoch, last, end, lapsed, dropped,
 * expiry, then after, last, text of each piece.
 */
export const READ_SCRIPT = `${NOW}
local found = redis.call('HMGET', KEYS[1], 'h', 'p', 'l', 'e', 'u', 'd')
if not found[1] then return false end
local lapsed = 0
if not found[4] and tonumber(found[5]) <= now then lapsed = 1 end
local expires = now + redis.call('PTTL', KEYS[1])
local result = { found[1], found[2], found[3], found[4] or '', lapsed, found[6] and 1 or 0, int(expires) }
if tonumber(ARGV[1]) >= tonumber(found[3]) then return result end
local pieces = redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
for _, piece in ipairs(pieces) do
  local last = string.match(piece[1], '^%d+')
  result[#result + 1], result[#result + 2], result[#result + 3] = piece[2][2], last, piece[2][4]
end
return result
`;

/** KEYS: hash. */
export const CANCEL_SCRIPT = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'c', 1) end
return 1
`;

/** KEYS: hash, pieces. ARGV: epoch, time to live, lease. The new epoch, or 0. */
export const TAKE_OVER_SCRIPT = `${NOW}
local found = redis.call('HMGET', KEYS[1], 'p', 'e', 'u')
if not found[1] or found[1] ~= ARGV[1] or found[2] or tonumber(found[3]) > now then return 0 end
redis.call('HSET', KEYS[1], 'u', int(now + tonumber(ARGV[3])))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'p', 1)
`;
