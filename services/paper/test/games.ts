import { toDecimal, type Draft, type GameRecording } from '@vectra/protocol';

/** What the log tells of a game that was watched from its countdown to its rug, and of its seed one game later. `timestamp`: of all of them, Unix ms. */
export function eventsOf({ meta, prices }: GameRecording, timestamp = Date.parse(meta.start_time)): Draft[] {
  const origin = {
    gameId: meta.game_id,
    timestamp,
    source: 'simulator',
  } as const;
  const rugTick = prices.length - 1;
  const tick = (tickCount: number): Draft => ({
    ...{ type: 'game.tick', ...origin },
    data: {
      ...{ tickCount, price: toDecimal(prices[tickCount] ?? 0), active: true, rugged: tickCount === rugTick },
      ...{ phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 0 },
    },
  });
  const phase = (to: 'COOLDOWN' | 'PRESALE', cooldownTimer: number): Draft => ({
    ...{ type: 'game.phase', ...origin },
    data: { phase: to, previous: 'COOLDOWN', cooldownTimer },
  });
  return [
    phase('COOLDOWN', 15_000),
    phase('PRESALE', 10_000),
    phase('PRESALE', 9_000),
    {
      type: 'game.start',
      ...origin,
      data: { serverSeedHash: meta.server_seed_hash, gameVersion: 'v3', joinedAtTick: 0 },
    },
    ...prices.map((_, at) => tick(at)),
    {
      ...{ type: 'game.end', ...origin },
      data: {
        ...{ reason: 'rugged', rugTick, rugPrice: toDecimal(prices[rugTick] ?? 0) },
        ...{ peakMultiplier: toDecimal(meta.peak_multiplier), tickCount: rugTick },
      },
    },
    {
      ...{ type: 'game.sealed', ...origin },
      data: {
        ...{
          serverSeed: meta.server_seed ?? '',
          serverSeedHash: meta.server_seed_hash ?? '',
          verdict: 'verified',
        },
        ...{ complete: true, prices: prices.map(toDecimal), peakMultiplier: null, endedAt: null },
      },
    },
  ];
}
