import { EventLog } from '@vectra/stream';

// Tells of every rug in the order of the log, across restarts too: a crash repeats at most its last batch. A second copy stands by.
const log = await EventLog.open({ url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6390' });
for await (const { events } of log.group('rug-counter', { from: 'start' })) {
  for (const { type, gameId, data } of events) {
    if (type === 'game.end')
      console.log(`${gameId}: ${data.reason} after ${data.tickCount} ticks, peak ${data.peakMultiplier}`);
  }
} // acknowledged when the loop comes back for the next batch
