-- Appends events at the places their sequence numbers name, all or none.
-- KEYS: events stream, meta hash, fence counter of the feed
-- ARGV: fencing token, epoch, first seq, 1 if it may be the first of an empty stream, then per event: type, game id, JSON
-- Reply: the newest seq stored. What is stored already is skipped, so a retry after a lost reply adds nothing.
-- Errors: FENCED <newest token>, EPOCH <epoch of the log>, GAP <newest seq>
local fence = redis.call('GET', KEYS[3])
if fence ~= ARGV[1] then return redis.error_reply('FENCED ' .. (fence or '0')) end

local epoch = redis.call('HGET', KEYS[2], 'epoch')
if epoch ~= ARGV[2] then return redis.error_reply('EPOCH ' .. (epoch or 'none')) end

local last = 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = tonumber(string.match(info[i + 1], '^%d+')) end
  end
end

local seq = tonumber(ARGV[3])
if seq > last + 1 and not (last == 0 and ARGV[4] == '1') then return redis.error_reply('GAP ' .. string.format('%.0f', last)) end

for i = 5, #ARGV, 3 do
  if seq > last then
    redis.call('XADD', KEYS[1], string.format('%.0f-0', seq), 't', ARGV[i], 'g', ARGV[i + 1], 'e', ARGV[i + 2])
    last = seq
  end
  seq = seq + 1
end
return last
