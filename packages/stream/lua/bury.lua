#!lua flags=allow-oom
-- Moves an entry that cannot be processed to the group's dead letters, under its own id, and acknowledges it.
-- KEYS: events stream, dead letters, newest fencing token of the group
-- ARGV: group, fencing token ('' in a shared group, which has none), entry id, error, then the entry's fields and values
-- Reply: 1, or 0 when it was buried before
-- Errors: FENCED <newest token>
if ARGV[2] ~= '' then
  local fence = redis.call('GET', KEYS[3])
  if fence ~= ARGV[2] then return redis.error_reply('FENCED ' .. (fence or '0')) end
end

local function parts(id)
  local ms, n = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(n)
end
local function before(a, b)
  local aMs, aN = parts(a[1])
  local bMs, bN = parts(b[1])
  return aMs < bMs or (aMs == bMs and aN < bN)
end

local buried = #redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3]) > 0
if not buried then
  local letter = {ARGV[3], {'error', ARGV[4], unpack(ARGV, 5)}}
  local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  local letters = {letter}
  if newest and before(letter, newest) then
    -- A stream takes rising ids only, so letters that come out of order are put in order anew.
    letters = redis.call('XRANGE', KEYS[2], '-', '+')
    letters[#letters + 1] = letter
    table.sort(letters, before)
    redis.call('DEL', KEYS[2])
  end
  -- After a replay the newest letter may be gone, but not the memory of its id.
  if not newest then redis.call('DEL', KEYS[2]) end
  for _, each in ipairs(letters) do redis.call('XADD', KEYS[2], each[1], unpack(each[2])) end
end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return buried and 0 or 1
