import { Account } from './account.js';
import { priceAt, type Moment } from './frames.js';
import type { Game } from './game.js';
import { sol, SOL_ADDRESS } from './money.js';
import type { Player } from './players.js';
import { Random } from './random.js';
import { newSideBet, SIDEBET_PAYOUT, SIDEBET_TICKS, type Sidebet } from './sidebets.js';
import { buy, sell, type Trade } from './trades.js';

/** An event that only the account's own connections get. */
export interface OwnEvent {
  event: string;
  payload: unknown;
}

/** One change of the account's cash: what was done, and what was left after it. */
export interface LedgerRow {
  /** Unix ms in the time of the script. */
  at: number;
  gameId: string;
  tick: number;
  action: 'buy' | 'sell' | 'rugged' | 'sidebet' | 'sidebet won' | 'sidebet lost';
  price: number;
  qty: number;
  /** SOL that left or reached the account; never negative. */
  amount: number;
  cash: number;
  positionQty: number;
}

const OPENING_CASH = 1;
const MIN_AMOUNT = 0.001;
const KEPT_ROWS = 1000;

/** What the owner means to do in the presale: the countdown (ms) at which each happens, or null for not at all. */
interface PresalePlan {
  buyAt: number | null;
  betAt: number | null;
}

/**
 * The player whose account a page can be logged in to: buys, sells and places sidebets in the generated games by chance, by
 * the rules everybody plays by. What the server would tell such an account follows from what was done: cash, position
 * and average cost always agree with the trades, and a bet with the game's rug.
 */
export class Owner {
  readonly player: Player;
  readonly #seed: string;
  #random: Random;
  #account: Account;
  #game: Game;
  #presale: PresalePlan = { buyAt: null, betAt: null };
  #bet: Sidebet | null = null;
  /** Tick at which the last bet started; two starts are at least 40 ticks apart. */
  #lastBet = -Infinity;
  #tick = -1;
  #settled = false;
  #trades: Trade[] = [];
  #ledger: LedgerRow[] = [];
  #cash = OPENING_CASH;

  constructor(seed: string, opening: Moment) {
    this.#seed = seed;
    const random = new Random(`${seed}/owner`);
    this.player = {
      id: `did:privy:cm${random.text(22, '0123456789abcdefghijklmnopqrstuvwxyz')}`,
      username: 'simulated',
      level: 14,
      stake: 0.01,
      bonus: false,
      practice: false,
    };
    this.#game = opening.game;
    this.#random = random;
    this.#account = new Account(this.player);
    this.#begin(opening.game);
  }

  get cash(): number {
    return this.#cash;
  }

  /** The newest changes of the cash, the oldest first. */
  get ledger(): readonly LedgerRow[] {
    return this.#ledger;
  }

  /** Changes the account as no trade does. Nothing tells of it but the next `playerUpdate`. */
  tamper(field: 'cash' | 'positionQty' | 'avgCost', by: number): void {
    if (field === 'cash') this.#pay(by);
    else this.#account.tamper(field, by);
  }

  /** What a connection that has just logged in is told. */
  welcome(moment: Moment): OwnEvent[] {
    const { id, username } = this.player;
    return [
      this.#playerUpdate(moment),
      { event: 'gameStatePlayerUpdate', payload: { ...this.#playerState(moment), trades: this.#trades } },
      { event: 'usernameStatus', payload: { id, hasUsername: true, username } },
    ];
  }

  /** What the account is told with a `gameStateUpdate` that shows `moment`, after what the player did at it. `now`: Unix ms. */
  observe(moment: Moment, now: number): OwnEvent[] {
    if (moment.game !== this.#game) this.#begin(moment.game);
    const done = this.#act(moment, now);
    const state: OwnEvent = { event: 'gameStatePlayerUpdate', payload: this.#playerState(moment) };
    return done.length === 0 ? [state] : [state, ...done, this.#playerUpdate(moment)];
  }

  #begin(game: Game): void {
    this.#game = game;
    this.#random = new Random(`${this.#seed}/owner/${game.id}`);
    this.#account = new Account(this.player);
    this.#bet = null;
    this.#lastBet = -Infinity;
    this.#tick = -1;
    this.#settled = false;
    this.#trades = [];
    const timer = (): number => this.#random.int(2, 95) * 100;
    this.#presale = {
      buyAt: this.#random.chance(0.4) ? timer() : null,
      betAt: this.#random.chance(0.3) ? timer() : null,
    };
  }

  #act(moment: Moment, now: number): OwnEvent[] {
    if (moment.rugged) return this.#settled ? [] : this.#rug(now);
    if (moment.allowPreRoundBuys) return this.#inPresale(moment.cooldownTimer, now);
    if (!moment.active || moment.tickCount <= this.#tick || moment.tickCount === 0) return [];
    this.#tick = moment.tickCount;
    return this.#inPlay(moment.tickCount, priceAt(moment), now);
  }

  #inPresale(timer: number, now: number): OwnEvent[] {
    const events: OwnEvent[] = [];
    const { buyAt, betAt } = this.#presale;
    if (buyAt !== null && timer <= buyAt) {
      this.#presale = { ...this.#presale, buyAt: null };
      events.push(...this.#buy(0, 1, now));
    }
    if (betAt !== null && timer <= betAt) {
      this.#presale = { ...this.#presale, betAt: null };
      events.push(...this.#placeBet(0, 1, now));
    }
    return events;
  }

  #inPlay(tick: number, price: number, now: number): OwnEvent[] {
    const events: OwnEvent[] = [];
    if (this.#bet !== null && this.#bet.endTick < tick) events.push(...this.#settleBet(this.#bet, now));
    const [wantsBet, wantsSell, wantsBuy] = [0.03, 0.05, 0.04].map((chance) => this.#random.chance(chance));
    if (wantsBet === true && this.#bet === null && tick - this.#lastBet >= SIDEBET_TICKS)
      events.push(...this.#placeBet(tick, price, now));
    if (wantsSell === true && this.#account.qty > 0)
      events.push(...this.#sell(tick, this.#random.pick([0.25, 0.5, 1]), price, now));
    else if (wantsBuy === true) events.push(...this.#buy(tick, price, now));
    return events;
  }

  /** The rug: an open bet is settled first, then the position is sold at the rug price. */
  #rug(now: number): OwnEvent[] {
    this.#settled = true;
    const events = this.#bet === null ? [] : this.#settleBet(this.#bet, now);
    const { rugTick, prices } = this.#game;
    if (this.#account.qty > 0) events.push(...this.#sell(rugTick, 1, prices[rugTick] ?? 0, now));
    return events;
  }

  /** A thousand parts of the cash to five, never less than the least that the game takes; null when there is not enough. */
  #stake(): number | null {
    const amount = Math.max(MIN_AMOUNT, Math.floor(this.#cash * this.#random.int(1, 5)) / 1000);
    return amount <= this.#cash ? amount : null;
  }

  #buy(tick: number, price: number, now: number): OwnEvent[] {
    const amount = this.#stake();
    if (amount === null) return [];
    const trade = buy(this.#account, amount, 1, this.#fill(tick, price));
    this.#pay(-amount);
    return this.#traded(trade, 'buy', now);
  }

  #sell(tick: number, share: number, price: number, now: number): OwnEvent[] {
    const trade = sell(this.#account, share, this.#fill(tick, price));
    this.#pay(trade.amount);
    return this.#traded(trade, this.#settled ? 'rugged' : 'sell', now);
  }

  #traded(trade: Trade, action: LedgerRow['action'], now: number): OwnEvent[] {
    this.#trades.push(trade);
    const { tickIndex, price, qty, amount } = trade;
    this.#enter({ at: now, tick: tickIndex, action, price, qty, amount });
    return [{ event: 'standard/newTrade', payload: trade }];
  }

  #fill(tickIndex: number, price: number) {
    return { game: this.#game, tickIndex, price, id: this.#random.uuid() };
  }

  #placeBet(startTick: number, price: number, now: number): OwnEvent[] {
    const betAmount = this.#stake();
    if (betAmount === null) return [];
    const bet = { player: this.player, betAmount, startTick, endTick: startTick + SIDEBET_TICKS };
    this.#bet = bet;
    this.#lastBet = startTick;
    this.#account.placeBet(bet);
    this.#pay(-betAmount);
    this.#enter({ at: now, tick: startTick, action: 'sidebet', price, qty: 0, amount: betAmount });
    return [{ event: 'currentSidebet', payload: newSideBet(bet, this.#game, Math.round(now)) }];
  }

  /** Won when the rug fell at or before the bet's last tick. */
  #settleBet(bet: Sidebet, now: number): OwnEvent[] {
    const { rugTick, prices, id: gameId } = this.#game;
    const { betAmount, startTick, endTick } = bet;
    const won = this.#settled && rugTick <= endTick;
    const payout = won ? sol(SIDEBET_PAYOUT * betAmount) : 0;
    const tickIndex = won ? rugTick : startTick;
    const price = prices[this.#settled ? rugTick : this.#tick] ?? 0;
    this.#bet = null;
    this.#account.settleBet(bet, won);
    this.#pay(payout);
    const action = won ? 'sidebet won' : 'sidebet lost';
    const tick = this.#settled ? rugTick : this.#tick;
    this.#enter({ at: now, tick, action, price, qty: 0, amount: payout });
    const result = {
      playerId: this.player.id,
      gameId,
      username: this.player.username,
      type: 'payout',
      betAmount,
      payout,
      profit: sol(payout - betAmount),
      xPayout: SIDEBET_PAYOUT,
      startTick,
      endTick,
      tickIndex,
      price,
      coinAddress: SOL_ADDRESS,
      level: this.player.level,
      timestamp: Math.round(now),
    };
    return [{ event: 'currentSidebetResult', payload: result }];
  }

  #pay(amount: number): void {
    this.#cash = sol(this.#cash + amount);
  }

  #enter(row: Omit<LedgerRow, 'gameId' | 'cash' | 'positionQty'>): void {
    const after = { gameId: this.#game.id, cash: this.#cash, positionQty: this.#account.qty };
    this.#ledger = [...this.#ledger, { ...row, at: Math.round(row.at), ...after }].slice(-KEPT_ROWS);
  }

  #playerUpdate(moment: Moment): OwnEvent {
    const { id } = this.player;
    const current = moment.game === this.#game;
    const entry = this.#account.entry(current ? priceAt(moment) : 1, 0, this.#game.id);
    const invested = this.#account.touched;
    const payload = {
      id,
      role: null,
      cash: this.#cash,
      bonusBalance: 0,
      bonusWagerReq: 0,
      bonusWagered: 0,
      positionQty: entry.positionQty,
      avgCost: entry.avgCost,
      cumulativePnL: sol(entry.pnl),
      sidebetPnl: sol(entry.sidebetPnl),
      pnlPercent: invested ? entry.pnlPercent : 0,
      totalInvested: sol(entry.totalInvested),
      hasInteracted: invested,
      selectedCoin: null,
      levelInfo: { level: this.player.level, xp: 1956, xpForNextLevel: 5000, totalXP: 31_956 },
      crateKeys: { gold: 0, diamond: 0, coal: 0, iron: 0, tier0: 0 },
      recentCrateRewards: [],
      shitcoinBalances: { '0xPractice': 100 },
      authenticated: true,
      hitMaxWin: false,
      xpBoost: { active: false, activeUntil: 0, available: 0 },
      sideBet: entry.sideBet,
      sidebets: entry.sideBet === null ? [] : [entry.sideBet],
      shortPosition: null,
      leveragedPositions: [],
      autobuysEnabled: false,
      autosellPrice: null,
    };
    return { event: 'playerUpdate', payload };
  }

  /** The entry is there once the player has done something in this game. */
  #playerState(moment: Moment) {
    const price = priceAt(moment);
    const above = moment.leaderboard.filter(({ pnl }) => pnl > this.#account.pnl(price)).length;
    const shown = this.#account.touched && moment.game === this.#game;
    return {
      gameId: moment.game.id,
      ...(shown ? { leaderboardEntry: this.#account.entry(price, above + 1, this.#game.id) } : {}),
      rugpool: {
        ...moment.rugpool,
        totalEntries: 22_269,
        playersWithEntries: 155,
        solPerEntry: 0.001,
        maxEntriesPerPlayer: 5000,
        playerEntries: [],
        config: { threshold: moment.rugpool.threshold, instarugThreshold: 6, rugpoolPercentage: 0.5 },
      },
    };
  }
}
