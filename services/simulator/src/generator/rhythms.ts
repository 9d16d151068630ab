import type { Moment } from './frames.js';
import type { Game } from './game.js';
import type { Player } from './players.js';
import type { Random } from './random.js';
import { newSideBet, type Sidebet } from './sidebets.js';
import { battleEventUpdate, chatMessage, goldenHourUpdate, rugRoyaleUpdate } from './sundries.js';
import type { Trade } from './trades.js';

/** An event of its own beat; `make` returns undefined when there is nothing to tell. */
interface Rhythm {
  event: string;
  next: number;
  /** Milliseconds to the one after. */
  every: () => number;
  make: (now: number) => unknown;
}

/** The public socket shows trades of this many of the latest, one every two seconds. */
const TRADES_IN_SIGHT = 10;

/**
 * Everything besides `gameStateUpdate`. The public socket gets only a sample: one trade every 2.00 s (28 seen while
 * `tradeCount` rose by 274), a few sidebets, and now and then news of the events around the game.
 */
export class Rhythms {
  readonly #random: Random;
  readonly #rhythms: Rhythm[];
  #trades: Trade[] = [];
  #bet: { bet: Sidebet; game: Game } | undefined;
  #moment: Moment | undefined;

  constructor(random: Random, players: readonly Player[], startsAt: number) {
    this.#random = random;
    const rhythm = (event: string, every: () => number, make: Rhythm['make']): Rhythm => ({
      event,
      next: startsAt + random.unit() * every(),
      every,
      make,
    });
    this.#rhythms = [
      rhythm(
        'standard/newTrade',
        () => 2000,
        () => this.#takeTrade(),
      ),
      rhythm(
        'newSideBet',
        () => 8000,
        (now) => this.#takeBet(now),
      ),
      rhythm(
        'newChatMessage',
        () => random.between(3000, 17_000),
        (now) => chatMessage(random, random.pick(players), now),
      ),
      rhythm('battleEventUpdate', () => 40_000, battleEventUpdate),
      rhythm('goldenHourUpdate', () => 30_000, goldenHourUpdate),
      rhythm(
        'rugRoyaleUpdate',
        () => 15_000,
        (now) => this.#moment && rugRoyaleUpdate(random, this.#moment.rugRoyale, players, now),
      ),
    ];
  }

  /** Tells what happened in the market, for the sample. */
  observe(trades: readonly Trade[], bets: readonly Sidebet[], game: Game): void {
    this.#trades = [...this.#trades, ...trades].slice(-TRADES_IN_SIGHT);
    const bet = bets.at(-1);
    if (bet !== undefined) this.#bet = { bet, game };
  }

  /** The events due by `now`, in order. */
  *due(now: number, moment: Moment): Generator<{ sent: number; event: string; payload: unknown }> {
    this.#moment = moment;
    for (;;) {
      const first = this.#rhythms.reduce((a, b) => (b.next < a.next ? b : a));
      if (first.next > now) return;
      const sent = first.next;
      first.next += first.every();
      const payload = first.make(sent);
      if (payload !== undefined) yield { sent, event: first.event, payload };
    }
  }

  #takeTrade(): Trade | undefined {
    if (this.#trades.length === 0) return undefined;
    const trade = this.#random.pick(this.#trades);
    this.#trades = [];
    return trade;
  }

  #takeBet(now: number): unknown {
    if (this.#bet === undefined) return undefined;
    const { bet, game } = this.#bet;
    this.#bet = undefined;
    return newSideBet(bet, game, Math.round(now));
  }
}
