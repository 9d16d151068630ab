-- Says that an instance of paper trading lives, and which do. Times are those of Redis, so that no two machines differ on it.
-- KEYS: sorted set of instances
-- ARGV: instance, for how many ms it is believed to live without saying so again
-- Reply: the instances that live, sorted
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms)
redis.call('ZADD', KEYS[1], ms + ARGV[2], ARGV[1])
local instances = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(instances)
return instances
