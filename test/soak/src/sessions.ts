import { connect, rest } from '@vectra/client';
import { strategy, type PaperHappening, type Strategy } from '@vectra/protocol';
import { WebSocket } from 'ws';

/** A session of paper trading as it was at the end. */
export interface PlayedSession {
  name: string;
  strategy: Strategy;
  wallet: string;
  cash: string;
  error: string | null;
  bets: number;
  history: PaperHappening[];
}

const HISTORY = 10_000;

const spec = (name: string, given: object): Strategy =>
  strategy.parse({ name, initial_balance: 10, ...given });

/** Sidebets and positions, in the presale and late, of fixed amounts and of shares of what there is. */
export const STRATEGIES: readonly Strategy[] = [
  spec('ladder', { entry_tick: 50, num_bets: 4, bet_sizes: [0.01, 0.02, 0.04, 0.08] }),
  spec('presale', { entry_tick: 0, num_bets: 3, sizing: { by: 'fraction', of: 0.01 } }),
  spec('believer', { entry_tick: 40, num_bets: 5, sizing: { by: 'kelly', p: 0.25, b: 4, share: 0.1 } }),
  spec('ride', {
    ...{ kind: 'position', entry_tick: 5, sizing: { by: 'fraction', of: 0.05 } },
    ...{ take_profit: 1.5, trailing_stop: 0.2 },
  }),
  spec('hold', { kind: 'position', entry_tick: 0, sizing: { by: 'fixed', amount: 0.01 } }),
  spec('dip', {
    ...{ kind: 'position', entry_tick: 10, entry_below: 0.9, sizing: { by: 'fraction', of: 0.05 } },
    ...{ stop_loss: 0.7, exit_tick: 150 },
  }),
];

/** Makes a session with each strategy. They outlive this connection. */
export async function openSessions(url: string): Promise<void> {
  const connection = connect({ url, WebSocket });
  try {
    for (const played of STRATEGIES) await connection.joinLive(played.name, played);
  } finally {
    connection.close();
  }
}

/** The sessions as they are now, with their whole histories. @throws Error when a history is longer than one request tells. */
export async function readSessions(url: string): Promise<PlayedSession[]> {
  const gateway = rest({ url });
  return Promise.all(
    STRATEGIES.map(async (played) => {
      const { session, history } = await gateway.session(played.name, { limit: HISTORY });
      if (history.lines.length !== session.history_length)
        throw new Error(
          `session ${played.name}: expected ${session.history_length} lines of history, was told ${history.lines.length}`,
        );
      const { wallet, cash, error, total_bets_placed: bets } = session;
      return { name: played.name, strategy: played, wallet, cash, error, bets, history: history.lines };
    }),
  );
}
