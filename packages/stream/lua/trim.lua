#!lua flags=allow-oom
-- Destroys ephemeral groups whose lease has expired, then drops entries that every group has processed.
-- KEYS: events stream, set of ephemeral groups
-- ARGV: prefix of lease keys, lowest seq to keep whatever the groups say, required groups...
-- Reply: {first seq kept, entries dropped, required group that is absent or ''}
for _, group in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  if redis.call('EXISTS', ARGV[1] .. group) == 0 then
    redis.pcall('XGROUP', 'DESTROY', KEYS[1], group)
    redis.call('SREM', KEYS[2], group)
  end
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, 0, ''} end

local function seq(id) return tonumber(string.match(id, '^%d+')) end

local floor = tonumber(ARGV[2])
local present = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  present[group['name']] = true
  local lowest = seq(group['last-delivered-id']) + 1
  if group['pending'] > 0 then
    -- An entry can be pending although others after it were acknowledged.
    lowest = math.min(lowest, seq(redis.call('XPENDING', KEYS[1], group['name'])[2]))
  end
  floor = math.min(floor, lowest)
end
for i = 3, #ARGV do
  if not present[ARGV[i]] then return {0, 0, ARGV[i]} end
end
return {floor, redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f-0', floor)), ''}
