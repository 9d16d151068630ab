#!lua flags=allow-oom
-- Opens the log for the holder of the lease: names the epoch of a log that has none, and creates the required groups
-- at the beginning, so that nothing is published before they would see it. Groups that were there before the log begin there
-- too: what place they were given was one in another log, or in what this one had before.
-- KEYS: events stream, meta hash, newest fencing token of the feed
-- ARGV: fencing token, epoch to begin if there is none, schema version, 1 to drop what there is, required groups...
-- Reply: the epoch of the log
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[3])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end

if ARGV[4] == '1' then redis.call('DEL', KEYS[1], KEYS[2]) end
local begins = redis.call('HSETNX', KEYS[2], 'epoch', ARGV[2]) == 1
redis.call('HSETNX', KEYS[2], 'schema', ARGV[3])
for i = 5, #ARGV do
  local created = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[i], '0', 'MKSTREAM')
  if type(created) == 'table' and created.err and not string.find(created.err, 'BUSYGROUP', 1, true) then
    return created
  end
end
if begins and redis.call('EXISTS', KEYS[1]) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    redis.call('XGROUP', 'SETID', KEYS[1], group[2], '0')
  end
end
return redis.call('HGET', KEYS[2], 'epoch')
