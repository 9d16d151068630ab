import { type Draft, type EventData, type EventType } from '@vectra/protocol';
import { STARTED } from './script.js';

export const ME = 'did:privy:cm0000000000000000000296';
export const OTHER = 'did:privy:cm0000000000000000000121';
export const GAME = '20251207-1c1ca4cce9ac71e7';

type Trade = EventData<'player.trade'>;
type Bet = EventData<'sidebet.placed'>;
type Status = EventData<'connection.status'>;

/** What a logged-in page is told of its account, a second apart. */
export class AccountScript {
  readonly playerId: string;
  readonly username: string | null;
  #at: number;
  #trades = 0;

  constructor(playerId = ME, username: string | null = 'dutch', at = STARTED) {
    this.playerId = playerId;
    this.username = username;
    this.#at = at;
  }

  /** Unix ms of the next event. */
  get now(): number {
    return this.#at;
  }

  wait(ms: number): void {
    this.#at += ms;
  }

  connection(status: Status['status'], source = 'chrome'): Draft {
    return this.#draft('connection.status', null, { status, source, attempt: 0, reason: null });
  }

  identity(username = this.username, playerId: string | null = this.playerId): Draft {
    return this.#draft('player.identity', null, { playerId, username, hasUsername: username !== null });
  }

  update(cash: string, positionQty = '0', avgCost = '0', id = this.playerId): Draft {
    return this.#draft('player.update', null, {
      id,
      cash,
      bonusBalance: '0',
      positionQty,
      avgCost,
      totalInvested: '0',
      cumulativePnL: '0',
      pnlPercent: '0',
      sidebetPnl: '0',
    });
  }

  leaderboard(gameId = GAME): Draft {
    return this.#draft('player.leaderboard', gameId, { entry: null });
  }

  /** Connected, stated and identified. */
  login(cash = '1'): Draft[] {
    return [this.connection('connected'), this.update(cash), this.identity()];
  }

  trade(side: Trade['side'], tickIndex: number, terms: [price: string, qty: string, amount: string]): Draft {
    return this.tradeWith({ side, tickIndex, price: terms[0], qty: terms[1], amount: terms[2] });
  }

  tradeWith(terms: Partial<Trade>, gameId = GAME): Draft {
    this.#trades += 1;
    return this.#draft('player.trade', gameId, {
      tradeId: `trade-${this.playerId}-${this.#trades}`,
      playerId: this.playerId,
      username: this.username,
      level: 7,
      side: 'buy',
      tickIndex: 1,
      price: '1',
      qty: '1',
      amount: '1',
      leverage: null,
      coin: 'solana',
      bonusPortion: null,
      realPortion: null,
      ...terms,
    });
  }

  bet(startTick: number, betAmount = '0.001', more: Partial<Bet> = {}): Draft {
    return this.#draft('sidebet.placed', GAME, this.#bet(startTick, betAmount, more));
  }

  /** A bet that was won at a rug, or lost (null). */
  betResult(startTick: number, rugTick: number | null, more: Partial<Bet> = {}): Draft {
    const won = rugTick !== null;
    return this.#draft('sidebet.result', GAME, {
      ...this.#bet(startTick, '0.001', more),
      won,
      payout: won ? '0.005' : '0',
      profit: won ? '0.004' : '-0.001',
      tickIndex: rugTick ?? startTick,
    });
  }

  tick(tickCount: number, price: string, gameId = GAME): Draft {
    return this.#draft('game.tick', gameId, {
      tickCount,
      price,
      active: true,
      rugged: false,
      phase: 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: 0,
    });
  }

  rug(rugTick: number, rugPrice: string, gameId = GAME): Draft {
    const peakMultiplier = '2';
    const tickCount = rugTick;
    const data = { reason: 'rugged', rugTick, rugPrice, peakMultiplier, tickCount } as const;
    return this.#draft('game.end', gameId, data);
  }

  drift(): Draft {
    return this.#draft('player.drift', null, { field: 'cash', local: '1', server: '2' });
  }

  #bet(startTick: number, betAmount: string, more: Partial<Bet>): Bet {
    return {
      betId: null,
      playerId: this.playerId,
      username: this.username,
      betAmount,
      xPayout: 5,
      startTick,
      endTick: startTick + 40,
      coinAddress: 'So11111111111111111111111111111111111111112',
      own: true,
      ...more,
    };
  }

  #draft<T extends EventType>(type: T, gameId: string | null, data: EventData<T>): Draft {
    const timestamp = this.#at;
    this.#at += 1_000;
    return { type, timestamp, gameId, source: 'authenticated', data } as Draft;
  }
}
