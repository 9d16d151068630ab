-- Moves an entry that cannot be processed to the group's dead letters, under its own id, and acknowledges it.
-- KEYS: events stream, fence counter of the group, dead letters
-- ARGV: group, fencing token, entry id, error, then the entry's fields and values
-- Reply: 1
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[2])
if fence ~= ARGV[2] then return redis.error_reply('FENCED ' .. (fence or '0')) end
-- Buried before, when the reply was lost: its id is not above the newest one, and XADD refuses it.
redis.pcall('XADD', KEYS[3], ARGV[3], 'error', ARGV[4], unpack(ARGV, 5))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return 1
