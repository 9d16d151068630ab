import type { SessionAction, SessionRecording } from '@vectra/protocol';

type Told = Pick<SessionAction, 'game_id' | 'tick' | 'action'> & Partial<SessionAction>;

/** A session of these actions, in the order in which they were told. */
export function sessionOf(actions: readonly Told[], startBalance: string | null = '1'): SessionRecording {
  const start = Date.parse('2025-12-07T14:30:00.000Z');
  const end = { session_end: '2025-12-07T16:02:00.000Z', end_reason: 'disconnected' } as const;
  const account = { player_id: 'did:privy:dutch', username: 'dutch' };
  return {
    meta: {
      session_id: '8f3a12bc:1',
      part: 1,
      ...account,
      session_start: new Date(start).toISOString(),
      ...end,
    },
    summary: {
      start_balance: startBalance,
      end_balance: '1',
      realized_pnl: '0',
      games: new Set(actions.map(({ game_id }) => game_id)).size,
      actions: actions.length,
      drifts: 0,
    },
    actions: actions.map((told, index) => ({
      id: `8f3a12bc:${index + 2}`,
      timestamp: new Date(start + 1_000 * index).toISOString(),
      amount: '0.05',
      price: '1.25',
      qty: null,
      coin: null,
      bet_start_tick: null,
      balance_after: null,
      position_qty_after: null,
      entry_price: null,
      pnl: null,
      ...told,
    })),
  };
}
