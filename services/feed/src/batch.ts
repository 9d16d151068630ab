import { phaseAt } from '@vectra/game';
import { toDecimal, type Draft, type EventData, type EventType, type Source } from '@vectra/protocol';
import type { Game } from './game.js';
import { sidebetKey, sidebetOf } from './players.js';
import type { GameFrame, GlobalSidebet } from './wire.js';

export type BackfillSource = NonNullable<EventData<'game.tick'>['backfilled']>;

/** Where an upstream event came from, and when (Unix ms). */
export interface Origin {
  source: Source;
  timestamp: number;
}

/** The events that one upstream event gives. */
export class Batch {
  readonly drafts: Draft[] = [];
  readonly #origin: Origin;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  add<T extends EventType>(type: T, gameId: string | null, data: EventData<T>): void {
    this.drafts.push({ type, gameId, ...this.#origin, data } as Draft);
  }

  /** A tick received live. Its price is in the game's history already. */
  addTick(game: Game, tickCount: number, frame: GameFrame): void {
    const rugged = frame.rugged === true;
    this.add('game.tick', game.id, {
      tickCount,
      price: toDecimal(game.prices.get(tickCount) ?? 0),
      active: frame.active === true,
      rugged,
      phase: phaseAt(tickCount, rugged ? tickCount : null),
      cooldownTimer: frame.cooldownTimer ?? 0,
      tradeCount: frame.tradeCount ?? null,
    });
  }

  /** A tick learnt later; the phase is the one it must have had. */
  addBackfilled(game: Game, tickCount: number, backfilled: BackfillSource): void {
    const rugged = tickCount === game.rugTick;
    this.add('game.tick', game.id, {
      tickCount,
      price: toDecimal(game.prices.get(tickCount) ?? 0),
      active: true,
      rugged,
      phase: phaseAt(tickCount, game.rugTick),
      cooldownTimer: 0,
      tradeCount: null,
      backfilled,
    });
  }

  /** The sidebets of a finished game that are not in the log yet. */
  addSidebets(game: Game, rows: readonly GlobalSidebet[]): void {
    for (const row of rows) {
      const sidebet = sidebetOf(row);
      if (sidebet === undefined) continue;
      const type = row.type === 'placed' ? 'sidebet.placed' : 'sidebet.result';
      const key = sidebetKey(type, sidebet);
      if (game.sidebets.has(key)) continue;
      game.sidebets.add(key);
      if (type === 'sidebet.placed') this.add(type, game.id, sidebet);
      else {
        const payout = row.payout ?? 0;
        this.add(type, game.id, {
          ...sidebet,
          won: payout > 0,
          payout: toDecimal(payout),
          profit: toDecimal(row.profit ?? payout - row.betAmount),
          tickIndex: row.tickIndex ?? null,
        });
      }
    }
  }
}
