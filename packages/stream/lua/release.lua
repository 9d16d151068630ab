#!lua flags=allow-oom
-- Gives a lease back, so that a standby need not wait for it to expire.
-- KEYS: lease
-- ARGV: owner
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
