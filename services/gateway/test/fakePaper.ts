import {
  strategy,
  type PaperCommand,
  type PaperHappening,
  type PaperMessage,
  type PaperSession,
} from '@vectra/protocol';
import type { HistoryPage, PaperSource } from '../src/paper/source.js';

/** A session that has done nothing. */
export function paperSession(id: string, changes: Partial<PaperSession> = {}): PaperSession {
  return {
    session_id: id,
    strategy: strategy.parse({ kind: 'observer', name: 'by hand', initial_balance: 1 }),
    ...{ is_active: true, error: null, created_at: 1_736_956_800_000, initial_balance: '1', cash: '1' },
    ...{
      wallet: '1',
      peak_wallet: '1',
      realized_pnl: '0',
      unrealized_pnl: '0',
      drawdown: 0,
      max_drawdown: 0,
    },
    ...{ games_played: 0, total_wins: 0, total_losses: 0, total_bets_placed: 0, bets_this_game: 0 },
    ...{ win_rate: null, profit_factor: null, sharpe: null, mean_return: null, active_bet: null },
    ...{ position: null, waiting: 0, history_length: 0 },
    ...changes,
  };
}

/** Paper trading that does what a test says. */
export class FakePaper implements PaperSource {
  readonly sent: PaperCommand[] = [];
  readonly lines: PaperHappening[] = [];
  known: PaperSession[] = [];
  /** Set: Redis fails with it. */
  failure: Error | undefined;
  readonly #waiting: PaperMessage[] = [];
  #wake: () => void = () => undefined;

  send(command: PaperCommand): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.sent.push(command);
    return Promise.resolve();
  }

  tell(message: PaperMessage): void {
    this.#waiting.push(message);
    this.#wake();
  }

  async *messages({ signal }: { signal: AbortSignal }): AsyncGenerator<PaperMessage> {
    // Of its own: several gateways may listen to one.
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    while (!signal.aborted) {
      yield* this.#waiting.splice(0);
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), aborted]);
    }
  }

  sessions(): Promise<PaperSession[]> {
    return this.failure === undefined ? Promise.resolve([...this.known]) : Promise.reject(this.failure);
  }

  session(id: string): Promise<PaperSession | undefined> {
    return Promise.resolve(this.known.find(({ session_id }) => session_id === id));
  }

  history(_id: string, from: number, count: number): Promise<HistoryPage> {
    return Promise.resolve({ first: from, lines: this.lines.slice(from, from + count) });
  }
}
