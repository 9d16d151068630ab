#!lua flags=allow-oom
-- Takes out of the log what its writer did not write: every entry after the given place is moved to the feed's dead
-- letters, and the stream and its groups go on from that place.
-- KEYS: events stream, dead letters of the feed, newest fencing token of the feed
-- ARGV: fencing token, seq of the newest entry that is the writer's
-- Reply: how many entries were taken out
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[3])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

local place = ARGV[2] .. '-0'
local groups = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  groups[#groups + 1] = group
end

local foreign = redis.call('XRANGE', KEYS[1], '(' .. place, '+')
for _, entry in ipairs(foreign) do
  -- Copied as it is; a second intruder with a lower id than the first is only dropped.
  redis.pcall('XADD', KEYS[2], entry[1], 'error', 'not written by the feed', unpack(entry[2]))
  redis.call('XDEL', KEYS[1], entry[1])
  for _, group in ipairs(groups) do redis.call('XACK', KEYS[1], group['name'], entry[1]) end
end
redis.call('XSETID', KEYS[1], place)
for _, group in ipairs(groups) do
  if tonumber(string.match(group['last-delivered-id'], '^%d+')) > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'SETID', KEYS[1], group['name'], place)
  end
end
return #foreign
