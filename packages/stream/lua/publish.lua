-- Appends events at the places their sequence numbers name, all or none.
-- KEYS: events stream, meta hash, newest fencing token of the feed
-- ARGV: fencing token, epoch, first seq, 1 if it may be the first of an empty stream, then per event: type, game id, JSON
-- Reply: the newest seq stored. What is stored already is skipped, so a retry after a lost reply adds nothing.
-- Errors: FENCED <newest token>, EPOCH <epoch of the log>, GAP <newest seq>, FOREIGN <first seq that holds something else>
local fence = redis.call('GET', KEYS[3])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end

local epoch = redis.call('HGET', KEYS[2], 'epoch')
if epoch ~= ARGV[2] then return redis.error_reply('EPOCH ' .. (epoch or 'none')) end

local last, rest = 0, '0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last, rest = string.match(info[i + 1], '^(%d+)-(%d+)$') end
  end
  last = tonumber(last)
end

local function refuse(code, seq) return redis.error_reply(code .. ' ' .. string.format('%.0f', seq)) end

local first = tonumber(ARGV[3])
local newest = first + (#ARGV - 4) / 3 - 1
if first > last + 1 and not (last == 0 and ARGV[4] == '1') then return refuse('GAP', last) end

-- What is beyond these events, or differs from them at their places, somebody else has written.
local seq = first
for i = 5, #ARGV, 3 do
  if seq > last then break end
  local stored = redis.call('XRANGE', KEYS[1], string.format('%.0f-0', seq), string.format('%.0f-0', seq))[1]
  if stored and stored[2][6] ~= ARGV[i + 2] then return refuse('FOREIGN', seq) end
  seq = seq + 1
end
if last > newest then
  local own = redis.call('XREVRANGE', KEYS[1], string.format('%.0f-0', newest), '-', 'COUNT', 1)[1]
  return refuse('FOREIGN', math.max(first, own and tonumber(string.match(own[1], '^%d+')) + 1 or 0))
end
if rest ~= '0' then return refuse('FOREIGN', last + 1) end

for i = 5 + (seq - first) * 3, #ARGV, 3 do
  redis.call('XADD', KEYS[1], string.format('%.0f-0', seq), 't', ARGV[i], 'g', ARGV[i + 1], 'e', ARGV[i + 2])
  seq = seq + 1
end
return seq - 1
