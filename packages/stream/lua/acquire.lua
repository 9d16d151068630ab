-- Takes a lease that is free, or one's own again. Every taking has a new, higher fencing token.
-- KEYS: lease, fence counter
-- ARGV: owner, time to live in ms
-- Reply: the fencing token, or 0 when another owner holds the lease
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('INCR', KEYS[2])
