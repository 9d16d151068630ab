#!lua flags=allow-oom
-- Counts the owners to whom an entry is delivered that a former one did not acknowledge; each owner once.
-- KEYS: attempts hash of the group, newest fencing token of the group
-- ARGV: fencing token, entry id
-- Reply: the count, from 1
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[2])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end
-- Only the oldest entry is ever counted.
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[2]) or '0')
if count > 0 and redis.call('HGET', KEYS[1], 'by') == ARGV[1] then return count end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], count + 1, 'by', ARGV[1])
return count + 1
