#!lua flags=allow-oom
-- Removes consumers of a shared group that are gone and hold nothing. One that holds pending entries stays: removing it
-- would drop them.
-- KEYS: events stream
-- ARGV: group, least idle time in ms, one consumer or '' for all
-- Reply: the names removed
local removed = {}
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #info, 2 do consumer[info[i]] = info[i + 1] end
  local meant = ARGV[3] == '' or ARGV[3] == consumer['name']
  if meant and consumer['pending'] == 0 and consumer['idle'] >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    removed[#removed + 1] = consumer['name']
  end
end
return removed
