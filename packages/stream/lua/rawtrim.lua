#!lua flags=allow-oom
-- Drops raw events that the owner of the capture has for good; a former owner is refused.
-- KEYS: stream of raw events, newest fencing token of the capture
-- ARGV: fencing token, lowest id to keep
-- Reply: how many were dropped
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[2])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end
return redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[2])
