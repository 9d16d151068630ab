#!lua flags=allow-oom
-- Prolongs a lease if it is still its owner's under this token.
-- KEYS: lease, newest fencing token
-- ARGV: owner, fencing token, time to live in ms
-- Reply: 1, or 0 when the lease is lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
