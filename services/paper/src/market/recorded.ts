import type { Market } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';
import type { PastGame } from '../session/behaviour.js';

/** A recorded game as a session lives through it. Only a complete one can be traded: it has every price, and its rug. */
export function* marketsOf({ meta, prices }: GameRecording): Generator<Market> {
  const gameId = meta.game_id;
  const rugTick = prices.length - 1;
  yield { kind: 'presale', gameId };
  for (let tick = 0; tick < rugTick; tick++) yield { kind: 'tick', gameId, tick, price: prices[tick] ?? 0 };
  yield { kind: 'rug', gameId, tick: rugTick, price: prices[rugTick] ?? 0 };
}

/** A recorded game as a strategy may look back on it. */
export function pastGame({ meta, prices }: GameRecording): PastGame {
  return { id: meta.game_id, prices, rugTick: meta.rug_tick, peak: meta.peak_multiplier };
}
