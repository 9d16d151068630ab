import { PRACTICE_COIN, sol } from './money.js';
import type { Player } from './players.js';
import { coinOf, portions, SIDEBET_PAYOUT, type Sidebet } from './sidebets.js';

interface Short {
  amount: number;
  entryPrice: number;
  entryTick: number;
}

/**
 * A player's money in one game. Fills are at the tick's price, without a fee. The server's formula for shorts is not
 * known; here a short gains what the price loses in proportion, and at most its amount is lost.
 */
export class Account {
  readonly player: Player;
  qty = 0;
  short: Short | null = null;
  #bet: Sidebet | null = null;
  #cost = 0;
  #realized = 0;
  #shortPnl = 0;
  #sidebetPnl = 0;
  #invested = 0;

  constructor(player: Player) {
    this.player = player;
  }

  buy(amount: number, price: number): number {
    const bought = sol(amount / price);
    this.qty = sol(this.qty + bought);
    // The server's average cost weighs prices by quantities: after a first buy it is the price, not amount by quantity.
    this.#cost += bought * price;
    this.#invested += amount;
    return bought;
  }

  sell(share: number, price: number): { qty: number; amount: number } {
    const qty = share === 1 ? this.qty : sol(this.qty * share);
    const amount = sol(qty * price);
    const cost = this.qty === 0 ? 0 : this.#cost * (qty / this.qty);
    this.#cost -= cost;
    this.#realized += amount - cost;
    this.qty = sol(this.qty - qty);
    return { qty, amount };
  }

  /** Changes what is held as no trade does; the other figure stays. */
  tamper(field: 'positionQty' | 'avgCost', by: number): void {
    const average = this.qty === 0 ? 0 : this.#cost / this.qty;
    if (field === 'positionQty') this.qty = sol(Math.max(0, this.qty + by));
    this.#cost = this.qty * (field === 'avgCost' ? average + by : average);
  }

  openShort(amount: number, price: number, tick: number): void {
    this.short = { amount, entryPrice: price, entryTick: tick };
    this.#invested += amount;
  }

  /** What the short returns. */
  closeShort(price: number): number {
    if (this.short === null) return 0;
    const value = shortValue(this.short, price);
    this.#shortPnl += value - this.short.amount;
    this.short = null;
    return value;
  }

  placeBet(bet: Sidebet): void {
    this.#bet = bet;
    this.#invested += bet.betAmount;
  }

  settleBet(bet: Sidebet, won: boolean): void {
    if (this.#bet === bet) this.#bet = null;
    this.#sidebetPnl += won ? (SIDEBET_PAYOUT - 1) * bet.betAmount : -bet.betAmount;
  }

  get touched(): boolean {
    return this.#invested > 0;
  }

  pnl(price: number): number {
    return this.#regularPnl(price) + this.#sidebetPnl + this.#openShortPnl(price);
  }

  /** A leaderboard entry in play. */
  entry(price: number, position: number, gameId: string) {
    const pnl = this.pnl(price);
    return {
      id: this.player.id,
      username: this.player.username,
      level: this.player.level,
      pnl,
      regularPnl: this.#regularPnl(price),
      sidebetPnl: this.#sidebetPnl,
      shortPnl: this.#openShortPnl(price),
      ...this.#open(price, gameId),
      pnlPercent: (pnl / this.#invested) * 100,
      ...this.#holding(),
      position,
    };
  }

  /** A leaderboard entry in the presale, which has no P&L of its parts. */
  presaleEntry(position: number, gameId: string) {
    return {
      id: this.player.id,
      username: this.player.username,
      level: this.player.level,
      pnl: 0,
      pnlPercent: 0,
      ...this.#open(1, gameId),
      ...this.#holding(),
      position,
    };
  }

  #open(price: number, gameId: string) {
    const { player, short } = this;
    const bet = this.#bet;
    return {
      sidebetActive: bet === null ? null : true,
      sideBet:
        bet === null
          ? null
          : {
              startedAtTick: bet.startTick,
              gameId,
              end: bet.endTick,
              betAmount: bet.betAmount,
              xPayout: SIDEBET_PAYOUT,
              coinAddress: coinOf(player),
              ...portions(player, bet.betAmount),
            },
      shortPosition:
        short === null
          ? null
          : {
              ...short,
              currentValue: shortValue(short, price),
              pnl: sol(shortValue(short, price) - short.amount),
              coinAddress: coinOf(player),
              ...portions(player, short.amount),
            },
    };
  }

  #holding() {
    return {
      hasActiveTrades: true,
      positionQty: this.qty,
      avgCost: this.qty === 0 ? 0 : sol(this.#cost / this.qty),
      totalInvested: this.#invested,
      selectedCoin: this.player.practice ? PRACTICE_COIN : null,
    };
  }

  #regularPnl(price: number): number {
    return sol(this.#realized + this.qty * price - this.#cost);
  }

  #openShortPnl(price: number): number {
    const open = this.short === null ? 0 : shortValue(this.short, price) - this.short.amount;
    return sol(this.#shortPnl + open);
  }
}

export type LeaderboardEntry = ReturnType<Account['entry']> | ReturnType<Account['presaleEntry']>;

function shortValue({ amount, entryPrice }: Short, price: number): number {
  return sol(amount * Math.max(0, 2 - price / entryPrice));
}
