import { Account, type LeaderboardEntry } from './account.js';
import type { Game } from './game.js';
import type { Player } from './players.js';
import type { Random } from './random.js';
import { payoutRow, placedRow, planSidebets, type Sidebet, type SidebetRow } from './sidebets.js';
import { act, buy, type Trade } from './trades.js';

/** Real leaderboards list ten players. */
const LEADERBOARD_SIZE = 10;
/** Presale opens when the countdown shows this (ms). */
export const PRESALE_MS = 10_000;

/** What the players do in one game, and what they have. */
export class Market {
  readonly game: Game;
  /** `globalSidebets`: bets placed and settled, in order. */
  readonly sidebets: SidebetRow[] = [];
  tradeCount = 0;
  readonly #random: Random;
  readonly #accounts: Map<Player, Account>;
  readonly #traders: readonly Account[];
  readonly #bets: Sidebet[];
  /** Presale acts yet to come: the countdown (ms) at which each happens, falling. */
  readonly #presale: { timer: number; run: () => void }[];
  readonly #open = new Set<Sidebet>();

  constructor(random: Random, players: readonly Player[], game: Game) {
    this.#random = random;
    this.game = game;
    this.#accounts = new Map(players.map((player) => [player, new Account(player)]));
    this.#traders = [...this.#accounts.values()].filter((account) => !account.player.practice);
    this.#bets = planSidebets(random, players, game);
    this.#presale = this.#planPresale();
  }

  /** Lets the presale happen down to `timer` (ms left of the countdown). */
  presale(timer: number): void {
    for (let next = this.#presale[0]; next !== undefined && next.timer >= timer; next = this.#presale[0]) {
      this.#presale.shift();
      next.run();
    }
  }

  /** One tick before the rug: bets run out or are placed, and players trade. Returns what happened. */
  tick(tick: number, now: number): { trades: Trade[]; bets: Sidebet[] } {
    for (const bet of this.#open) if (bet.endTick < tick) this.#settle(bet, now);
    const bets: Sidebet[] = [];
    for (let next = this.#bets[0]; next !== undefined && next.startTick <= tick; next = this.#bets[0]) {
      this.#bets.shift();
      this.#place(next);
      this.sidebets.push(placedRow(next, this.game, { timestamp: Math.round(now), id: this.#random.uuid() }));
      bets.push(next);
    }
    const price = this.game.prices[tick] ?? 0;
    const trades = Array.from({ length: this.#tradesAt(tick) }, () =>
      act(this.#random, this.#random.pick(this.#traders), {
        game: this.game,
        tickIndex: tick,
        price,
        id: this.#random.uuid(),
      }),
    );
    this.tradeCount += trades.length;
    return { trades, bets };
  }

  /** The rug: open bets are settled, longs sold and shorts closed at the rug price. */
  rug(now: number): void {
    const price = this.game.prices[this.game.rugTick] ?? 0;
    for (const bet of this.#open) this.#settle(bet, now);
    for (const account of this.#accounts.values()) {
      account.sell(1, price);
      account.closeShort(price);
    }
  }

  /** The ten with the highest P&L at `price`. */
  leaderboard(price: number): LeaderboardEntry[] {
    return [...this.#accounts.values()]
      .filter((account) => account.touched)
      .map((account) => ({ account, pnl: account.pnl(price) }))
      .sort((a, b) => b.pnl - a.pnl)
      .slice(0, LEADERBOARD_SIZE)
      .map(({ account }, index) => account.entry(price, index + 1, this.game.id));
  }

  presaleLeaderboard(): LeaderboardEntry[] {
    return [...this.#accounts.values()]
      .filter((account) => account.touched)
      .slice(0, LEADERBOARD_SIZE)
      .map((account, index) => account.presaleEntry(index + 1, this.game.id));
  }

  /** Trades at tick 0: the buys of the presale. */
  readonly presaleTrades: Trade[] = [];

  #planPresale(): { timer: number; run: () => void }[] {
    const random = this.#random;
    const buyers = this.#traders.filter(() => random.chance(0.4));
    const buys = buyers.map((account) => ({
      timer: random.between(100, PRESALE_MS - 150),
      run: () => {
        const fill = { game: this.game, tickIndex: 0, price: 1, id: random.uuid() };
        this.presaleTrades.push(buy(account, account.player.stake, 1, fill));
        this.tradeCount += 1;
      },
    }));
    const early = this.#bets.filter((bet) => bet.startTick === 0);
    this.#bets.splice(0, early.length);
    const bets = early.map((bet) => ({
      timer: random.between(100, PRESALE_MS - 150),
      run: () => this.#place(bet),
    }));
    return [...buys, ...bets].sort((a, b) => b.timer - a.timer);
  }

  /** About 1.2 a tick, and a burst after some of the large price jumps. */
  #tradesAt(tick: number): number {
    const { prices } = this.game;
    const price = prices[tick] ?? 1;
    const jump = Math.abs(price / (prices[tick - 1] ?? price) - 1);
    const burst = jump > 0.1 && this.#random.chance(0.2) ? this.#random.int(8, 30) : 0;
    let count = burst;
    while (this.#random.chance(0.47)) count++;
    return count;
  }

  #place(bet: Sidebet): void {
    this.#open.add(bet);
    this.#accounts.get(bet.player)?.placeBet(bet);
  }

  #settle(bet: Sidebet, now: number): void {
    this.#open.delete(bet);
    this.#accounts.get(bet.player)?.settleBet(bet, this.game.rugTick <= bet.endTick);
    const stamp = { timestamp: Math.round(now), id: this.#random.uuid() };
    this.sidebets.push(payoutRow(bet, this.game, stamp));
  }
}
