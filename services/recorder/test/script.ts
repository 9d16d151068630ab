import { toDecimal, type Draft, type Event, type EventData } from '@vectra/protocol';
import { placeEvent } from '@vectra/protocol';

export const EPOCH = '8f3a12bc';
/** 2025-12-07T14:30:22.118Z */
export const STARTED = Date.UTC(2025, 11, 7, 14, 30, 22, 118);

const TICK_MS = 250;
const SEED = 'a5'.repeat(32);
const HASH = 'c0'.repeat(32);

type TickData = EventData<'game.tick'>;
type SealData = EventData<'game.sealed'>;

/** The events of one game, written as a script: `prices[k]` is the price at tick k, the last one the rug's. */
export class GameScript {
  readonly id: string;
  readonly prices: readonly number[];
  readonly at: number;

  constructor(id: string, prices: readonly number[], at = STARTED) {
    this.id = id;
    this.prices = prices;
    this.at = at;
  }

  get rugTick(): number {
    return this.prices.length - 1;
  }

  start(joinedAtTick = 0): Draft {
    return this.#draft('game.start', joinedAtTick, { serverSeedHash: HASH, gameVersion: 'v3', joinedAtTick });
  }

  tick(tick: number, more: Partial<TickData> = {}): Draft {
    const rugged = tick === this.rugTick;
    const data: TickData = {
      tickCount: tick,
      price: toDecimal(this.prices[tick] ?? 1),
      active: true,
      rugged,
      phase: rugged ? 'RUG_EVENT_1' : tick === 0 ? 'GAME_ACTIVATION' : 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: tick * 2,
      ...more,
    };
    return this.#draft('game.tick', tick, data);
  }

  backfilled(tick: number, by: 'partialPrices' | 'snapshot' | 'gameHistory' = 'snapshot'): Draft {
    return this.tick(tick, { backfilled: by, tradeCount: null });
  }

  ticks(from = 0, to = this.rugTick): Draft[] {
    return Array.from({ length: to - from + 1 }, (_, index) => this.tick(from + index));
  }

  rug(): Draft {
    const peakMultiplier = toDecimal(Math.max(...this.prices));
    const rugPrice = toDecimal(this.prices.at(-1) ?? 0);
    const { rugTick } = this;
    return this.#draft('game.end', rugTick, {
      reason: 'rugged',
      rugTick,
      rugPrice,
      peakMultiplier,
      tickCount: rugTick,
    });
  }

  interrupted(tick: number): Draft {
    const data = { rugTick: null, rugPrice: null, peakMultiplier: '1', tickCount: tick };
    return this.#draft('game.end', tick, { reason: 'interrupted', ...data });
  }

  sealed(more: Partial<SealData> = {}): Draft {
    return this.#draft('game.sealed', this.prices.length + 60, {
      serverSeed: SEED,
      serverSeedHash: HASH,
      verdict: 'verified',
      complete: true,
      prices: this.prices.map(toDecimal),
      peakMultiplier: null,
      endedAt: this.#time(this.rugTick) + 17,
      ...more,
    });
  }

  whole(): Draft[] {
    return [this.start(), ...this.ticks(), this.rug()];
  }

  #draft<T extends 'game.start' | 'game.tick' | 'game.end' | 'game.sealed'>(
    type: T,
    tick: number,
    data: EventData<T>,
  ): Draft {
    return { type, timestamp: this.#time(tick), gameId: this.id, source: 'public', data } as Draft;
  }

  #time(tick: number): number {
    return this.at + tick * TICK_MS;
  }
}

/** Gives drafts their places in a log, from 1. */
export function logOf(drafts: readonly Draft[], epoch = EPOCH): Event[] {
  return drafts.map((draft, index) => placeEvent(draft, epoch, index + 1));
}
