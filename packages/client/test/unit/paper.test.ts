import type { PaperHappening, PaperSession, ReplyOf } from '@vectra/protocol';
import { describe, expect, it, vi } from 'vitest';
import { connect, type PaperMessage } from '../../src/index.js';
import { FakeSocket, settled, useFakeTime } from './fakeSocket.js';

const GAME = '20251212-6114b2ff44ef4b71';
const STRATEGY = { kind: 'observer', name: 'by hand', initial_balance: '1' } as const;

function session(changes: Partial<PaperSession> = {}): PaperSession {
  const money = { cash: '1', wallet: '1', peak_wallet: '1', realized_pnl: '0', unrealized_pnl: '0' };
  const counts = { games_played: 0, total_wins: 0, total_losses: 0, total_bets_placed: 0, bets_this_game: 0 };
  return {
    ...{ session_id: 'mine', strategy: STRATEGY, is_active: true, error: null, created_at: 1 },
    ...{ initial_balance: '1', ...money, ...counts, drawdown: 0, max_drawdown: 0 },
    ...{ win_rate: null, profit_factor: null, sharpe: null, mean_return: null, active_bet: null },
    ...{ position: null, waiting: 0, history_length: 0 },
    ...changes,
  };
}

const joined = (changes: Partial<PaperSession> = {}): ReplyOf<'live_joined'> => ({
  ...{ type: 'live_joined', session: session(changes), created: true },
});
const bought: PaperHappening = {
  ...{ kind: 'bought', gameId: GAME, tick: 3, price: 1.5, qty: '0.01', amount: '0.015', cash: '0.985' },
};

async function start() {
  const connection = connect({ url: 'ws://gateway/ws', token: 't', WebSocket: FakeSocket });
  const joining = connection.joinLive('mine', STRATEGY);
  await settled();
  const socket = FakeSocket.newest.open().say({ type: 'authenticated', role: 'trader' });
  await settled();
  expect(socket.asked('join_live')).toMatchObject([{ session_id: 'mine', strategy: STRATEGY }]);
  socket.say({ ...joined(), ref: socket.refOf('join_live') });
  return { connection, socket, trading: await joining };
}

useFakeTime();

describe('a session of paper trading', () => {
  it('takes orders, and says what came of each', async () => {
    const { socket, trading } = await start();
    const orders = [trading.buy('0.015'), trading.sell(), trading.sell('0.01'), trading.sidebet(0.02)];
    await settled();
    const asked = socket.asked('order').map(({ side, amount }) => [side, amount]);
    expect(asked).toEqual([
      ['buy', '0.015'],
      ['sell', undefined],
      ['sell', '0.01'],
      ['sidebet', '0.02'],
    ]);
    const refs = socket.asked('order').map(({ ref }) => String(ref));
    const after = session({ cash: '0.985' });
    socket.say({ type: 'live_bet', session_id: 'mine', bet: bought, session: after, ref: refs[0] });
    expect(await orders[0]).toEqual({ bet: bought, session: after });
    expect(trading.session.cash).toBe('0.985');
    const refusal = { type: 'error', message: 'nothing is held', action: 'order' } as const;
    socket.say({ ...refusal, code: 'nothing_to_sell', ref: refs[1] });
    await expect(orders[1]).rejects.toMatchObject({ code: 'nothing_to_sell', message: 'nothing is held' });
    const lost = orders.slice(2).map((order) => order.catch((error: unknown) => error));
    socket.lose();
    for (const error of await Promise.all(lost)) expect(error).toMatchObject({ code: 'disconnected' });
  });

  it('never sends an order again, and none without a connection', async () => {
    const { socket, trading } = await start();
    const order = trading.buy('0.01').catch((error: unknown) => error);
    await settled();
    socket.lose();
    await order;
    await expect(trading.buy('0.01')).rejects.toThrow('the order was not sent');
    vi.advanceTimersByTime(10_000);
    FakeSocket.newest.open().say({ type: 'authenticated', role: 'trader' });
    await settled();
    expect(FakeSocket.newest.asked('order')).toEqual([]);
  });

  it('is joined again after a lost connection, without its strategy', async () => {
    const { socket, trading } = await start();
    const told: PaperMessage[] = [];
    trading.on('live_joined', (message) => told.push(message));
    socket.lose();
    vi.advanceTimersByTime(10_000);
    const second = FakeSocket.newest.open().say({ type: 'authenticated', role: 'trader' });
    await settled();
    expect(second.asked('join_live')).toEqual([
      { action: 'join_live', session_id: 'mine', ref: expect.any(String) as string },
    ]);
    // Paper trading may be away for a moment.
    const later = { type: 'error', code: 'unavailable', message: 'later', action: 'join_live' } as const;
    second.say({ ...later, ref: second.refOf('join_live') });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(second.asked('join_live')).toHaveLength(2);
    second.say({ ...joined({ wallet: '1.5' }), created: false, ref: second.refOf('join_live') });
    expect(told).toHaveLength(1);
    expect(trading.session.wallet).toBe('1.5');
  });

  it('ends with the reason when it can not be joined again', async () => {
    const { connection, socket, trading } = await start();
    const reading = expect(
      (async () => {
        for await (const message of trading) expect(message).toBeUndefined();
      })(),
    ).rejects.toMatchObject({ code: 'no_session' });
    await settled();
    socket.lose();
    vi.advanceTimersByTime(10_000);
    const second = FakeSocket.newest.open().say({ type: 'authenticated', role: 'trader' });
    await settled();
    const gone = { type: 'error', code: 'no_session', message: 'gone', action: 'join_live' } as const;
    second.say({ ...gone, ref: second.refOf('join_live') });
    await reading;
    expect(connection.status).toEqual({ state: 'live' });
  });

  it('tells what happens to it, and ends when it is left', async () => {
    const { socket, trading } = await start();
    const types: string[] = [];
    const reading = (async () => {
      for await (const { type } of trading) types.push(type);
    })();
    await settled();
    socket.say(
      { type: 'live_game_start', session_id: 'mine', gameId: GAME },
      { type: 'live_game_start', session_id: 'another', gameId: GAME },
      { type: 'live_bet', session_id: 'mine', bet: bought, session: session({ cash: '0.985' }) },
    );
    const leaving = trading.leave();
    await settled();
    socket.say({ type: 'live_left', session_id: 'mine', ref: socket.refOf('leave_live') });
    await leaving;
    await reading;
    expect(types).toEqual(['live_game_start', 'live_bet']);
    socket.lose();
    vi.advanceTimersByTime(10_000);
    FakeSocket.newest.open().say({ type: 'authenticated', role: 'trader' });
    await settled();
    expect(FakeSocket.newest.asked('join_live')).toEqual([]);
  });
});
