#!lua flags=allow-oom
-- Takes a lease that is free, or one's own again. Every taking has a new fencing token, `<n>:<owner>` with n higher than
-- before. The owner is part of it: should a failover roll the counter back, two holders still never have the same.
-- KEYS: lease, newest fencing token
-- ARGV: owner, time to live in ms
-- Reply: n, or 0 when another owner holds the lease
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
local n = tonumber(string.match(redis.call('GET', KEYS[2]) or '0', '^%d+')) + 1
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], string.format('%.0f', n) .. ':' .. ARGV[1])
return n
