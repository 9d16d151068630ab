-- Writes the window of the last games for the owner of a group; a former owner is refused.
-- KEYS: running game, finished games, newest fencing token of the group
-- ARGV: fencing token, finished games or '' to keep those there, how many bytes they have, then what becomes of the
--       running game:
--       keep | remove | set <text> | append <text> <offset of its first byte> <bytes there now>
-- Reply: 1, or 0 when Redis does not hold what is to be kept or continued: then nothing was written
-- Errors: FENCED <newest token>
local fence = redis.call('GET', KEYS[3])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end

local act, text = ARGV[4], ARGV[5]
if ARGV[2] == '' and redis.call('STRLEN', KEYS[2]) ~= tonumber(ARGV[3]) then return 0 end
if act == 'append' and redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[7]) then return 0 end

if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2]) end
if act == 'remove' then
  redis.call('DEL', KEYS[1])
elseif act == 'set' then
  redis.call('SET', KEYS[1], text)
elseif act == 'append' then
  redis.call('SETRANGE', KEYS[1], ARGV[6], text)
end
return 1
