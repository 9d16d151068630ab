#!lua flags=allow-oom
-- Acknowledges entries for the owner of a group; a former owner is refused.
-- KEYS: events stream, newest fencing token of the group
-- ARGV: group, fencing token, entry ids...
-- Reply: how many were pending
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[2])
if fence ~= ARGV[2] then return redis.error_reply('FENCED ' .. (fence or '0')) end
return redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 3))
