import type { Draft, Event, EventData } from '@vectra/protocol';

let seq = 0;

type TickData = EventData<'game.tick'>;

/** The events of a test, with the fields that matter to it. */
export function event(draft: Pick<Draft, 'type' | 'data'> & { gameId?: string | null }): Event {
  seq += 1;
  return { v: 1, id: `aaaa:${seq}`, seq, timestamp: 1, source: 'simulator', gameId: null, ...draft } as Event;
}

export function tick(gameId: string, tickCount: number, price: number, more: Partial<TickData> = {}): Event {
  const data: TickData = {
    tickCount,
    price: String(price),
    active: true,
    rugged: false,
    phase: tickCount === 0 ? 'GAME_ACTIVATION' : 'ACTIVE_GAMEPLAY',
    cooldownTimer: 0,
    tradeCount: 0,
    ...more,
  };
  return event({ type: 'game.tick', gameId, data });
}

export function backfilled(gameId: string, tickCount: number, price: number): Event {
  return tick(gameId, tickCount, price, { backfilled: 'partialPrices', tradeCount: null });
}

export function phase(gameId: string | null, to: TickData['phase'], cooldownTimer = 0): Event {
  return event({ type: 'game.phase', gameId, data: { phase: to, previous: 'UNKNOWN', cooldownTimer } });
}

export function rug(gameId: string, rugTick: number, rugPrice: number, peak: number): Event {
  return event({
    type: 'game.end',
    gameId,
    data: {
      reason: 'rugged',
      rugTick,
      rugPrice: String(rugPrice),
      peakMultiplier: String(peak),
      tickCount: rugTick,
    },
  });
}

export function sealed(
  gameId: string,
  prices: number[],
  more: Partial<EventData<'game.sealed'>> = {},
): Event {
  return event({
    type: 'game.sealed',
    gameId,
    data: {
      serverSeed: 's',
      serverSeedHash: 'h',
      verdict: 'verified',
      complete: true,
      prices: prices.map(String),
      peakMultiplier: null,
      endedAt: null,
      ...more,
    },
  });
}

export function trade(tradeId: string, gameId = 'g1'): Event {
  return event({
    type: 'player.trade',
    gameId,
    data: {
      tradeId,
      playerId: 'p1',
      username: 'dutch',
      level: 1,
      side: 'buy',
      tickIndex: 3,
      price: '1.1',
      qty: '1',
      amount: '1.1',
      leverage: null,
      coin: 'solana',
      bonusPortion: null,
      realPortion: null,
    },
  });
}
