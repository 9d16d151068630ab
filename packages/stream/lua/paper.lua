-- Saves what a batch of events or commands has made of a slot of paper trading, for its owner; a former owner is refused.
-- What was saved already, and whose reply was lost, is not saved again.
-- KEYS: slot, newest fencing token of its group, states of its sessions, sessions as clients see them, commands that wait, messages,
--       dropped lines of its sessions
-- ARGV: fencing token, revision that this builds on, newest event processed, newest command processed,
--       what the reader needs or '' to keep it, prefix of history keys, lines kept of a history, messages kept,
--       number of sessions, then for each: id, state, session as clients see it or '' to keep it, number of lines, lines...,
--       then messages...
-- Reply: 1
-- Errors: FENCED <newest token>, REVISION <the one there>
local fence = redis.call('GET', KEYS[2])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end

local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or '0')
local before = tonumber(ARGV[2])
if revision == before + 1 and redis.call('HGET', KEYS[1], 'owner') == fence then return 1 end
if revision ~= before then return redis.error_reply('REVISION ' .. string.format('%.0f', revision)) end

redis.call('HSET', KEYS[1], 'revision', string.format('%.0f', before + 1), 'owner', fence)
redis.call('HSET', KEYS[1], 'position', ARGV[3], 'command', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'reader', ARGV[5]) end
local time, count = string.match(ARGV[4], '^(%d+)%-(%d+)$')
redis.call('XTRIM', KEYS[5], 'MINID', '=', time .. '-' .. string.format('%.0f', tonumber(count) + 1))

local at = 10
for _ = 1, tonumber(ARGV[9]) do
  local id, lines = ARGV[at], tonumber(ARGV[at + 3])
  redis.call('HSET', KEYS[3], id, ARGV[at + 1])
  if ARGV[at + 2] ~= '' then redis.call('HSET', KEYS[4], id, ARGV[at + 2]) end
  at = at + 4
  if lines > 0 then
    local history, kept = ARGV[6] .. id, 0
    for line = at, at + lines - 1 do kept = redis.call('RPUSH', history, ARGV[line]) end
    local surplus = kept - ARGV[7]
    if surplus > 0 then
      redis.call('LTRIM', history, surplus, -1)
      redis.call('HINCRBY', KEYS[7], id, surplus)
    end
    at = at + lines
  end
end
for message = at, #ARGV do
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[8], '*', 'm', ARGV[message])
end
return 1
