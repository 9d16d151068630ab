import { Ledger, type AccountFigures, type Difference } from '@vectra/game';
import type { Draft, Event, EventData, Source } from '@vectra/protocol';

/** SOL's address; every other coin is practice money, which is not in the cash. */
const SOL = 'So11111111111111111111111111111111111111112';

type Trade = EventData<'player.trade'>;
type Update = EventData<'player.update'>;
type SidebetDraft = Extract<Draft, { type: 'sidebet.placed' | 'sidebet.result' }>;

/**
 * Compares the logged-in account with its own trades and sidebets, and gives a `player.drift` for each figure that differs. Pure.
 *
 * It listens to the connection that states the account: there every trade of the account is told, and in the server's order.
 * What a public connection tells of the account's trades is a sample, and may be ahead of it or behind.
 */
export class Account {
  readonly #ledger = new Ledger();
  /** Whose account it is, once told. */
  #playerId: string | null = null;
  /** Where its state comes from. */
  #source: Source | undefined;
  #drifts = 0;

  /** How many figures differed. */
  get drifts(): number {
    return this.#drifts;
  }

  /** Learns from the log whose account it is: what it has is taken from the server's next statement. */
  restore(event: Event): void {
    if (event.type !== 'player.update') return;
    this.#source = event.source;
    this.#isOf(idOf(event.data));
  }

  /** What an event of the log, be it new or a repetition, shows to differ. */
  observe(draft: Draft): Draft[] {
    const differences = this.#observe(draft);
    this.#drifts += differences.length;
    const { source, timestamp } = draft;
    return differences.map((data) => ({ type: 'player.drift', gameId: null, source, timestamp, data }));
  }

  /** The connection of this source was lost or made: what the account did meanwhile is not known. */
  connectionChanged(source: Source): void {
    if (source === this.#source) this.#ledger.forget();
  }

  #observe(draft: Draft): Difference[] {
    if (draft.type === 'game.end') return this.#ended(draft);
    if (draft.type === 'player.update') return this.#updated(draft.data, draft.source);
    if (draft.source !== this.#source) return [];
    switch (draft.type) {
      case 'player.identity':
        this.#isOf(draft.data.playerId);
        return this.#ledger.pass(null);
      case 'player.leaderboard':
        return this.#ledger.pass(draft.gameId);
      case 'player.trade':
        return draft.data.playerId === this.#playerId ? this.#traded(draft.data, draft.gameId) : [];
      case 'sidebet.placed':
      case 'sidebet.result':
        return draft.data.own ? this.#bet(draft) : [];
      default:
        return [];
    }
  }

  #updated(update: Update, source: Source): Difference[] {
    if (source !== this.#source) this.#ledger.forget();
    this.#source = source;
    this.#isOf(idOf(update));
    if (isReckonable(update)) return this.#ledger.state(figuresOf(update));
    this.#ledger.forget();
    return [];
  }

  /** Another account has nothing to do with what was before. */
  #isOf(playerId: string | null): void {
    if (playerId === null || playerId === this.#playerId) return;
    this.#playerId = playerId;
    this.#ledger.forget();
  }

  #traded(trade: Trade, gameId: string | null): Difference[] {
    const { side, tradeId: id, tickIndex: tick, price, qty, amount, coin, leverage } = trade;
    if (gameId === null || (coin !== null && coin !== 'solana')) return [];
    if ((side === 'buy' || side === 'sell') && (leverage ?? 1) === 1)
      return this.#ledger.act({ kind: side, id, gameId, tick, price, qty, amount });
    // By what formula a short or a lever changes the account is not known.
    this.#ledger.forget();
    return [];
  }

  #bet({ type, gameId, data }: SidebetDraft): Difference[] {
    if (data.coinAddress !== null && data.coinAddress !== SOL) return this.#ledger.pass(gameId);
    const id = `${type}:${gameId}:${data.startTick}`;
    if (type === 'sidebet.placed') return this.#ledger.act({ kind: 'stake', id, amount: data.betAmount });
    // A lost bet returns nothing.
    return data.won ? this.#ledger.act({ kind: 'payout', id, amount: data.payout }) : [];
  }

  #ended({ gameId, data }: Extract<Draft, { type: 'game.end' }>): Difference[] {
    const { rugTick, rugPrice } = data;
    if (gameId === null || this.#source === undefined) return [];
    if (rugTick !== null && rugPrice !== null) return this.#ledger.rug({ gameId, rugTick, rugPrice });
    // What the position was sold for is not known.
    this.#ledger.forget();
    return [];
  }
}

/** Whether its money and position are such as trades and sidebets in SOL make them. */
function isReckonable({ selectedCoin, shortPosition, leveragedPositions }: Update): boolean {
  const levered = Array.isArray(leveragedPositions) && leveragedPositions.length > 0;
  return isAbsent(selectedCoin) && isAbsent(shortPosition) && !levered;
}

function idOf({ id }: Update): string | null {
  return typeof id === 'string' ? id : null;
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function figuresOf({ cash, bonusBalance, positionQty, avgCost }: Update): AccountFigures {
  return { cash, bonusBalance, positionQty, avgCost };
}
