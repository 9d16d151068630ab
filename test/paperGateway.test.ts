import { connect, rest, type Connection, type PaperTold } from '@vectra/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, testSystem, type TestSystem } from './harness.js';

const BY_HAND = { kind: 'observer', name: 'by hand', initial_balance: '1' } as const;
const LADDER = { name: 'always', initial_balance: 10, entry_tick: 5, num_bets: 20, bet_sizes: [0.01] };

describe('trading on paper through the gateway', () => {
  let test: TestSystem;
  let vectra: Connection;

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'trader', SIMULATOR_SPEED: '5' } });
    vectra = connect({ url: test.system.url('gateway'), WebSocket, channels: ['game.*'] });
  });
  afterAll(async () => {
    vectra.close();
    await test.stop();
  });

  /** Orders are refused between games, and while the service is away: tried again until one is taken. */
  async function taken<T>(order: () => Promise<T>): Promise<T> {
    return eventually('an order is taken', () => order().catch(() => undefined));
  }

  it('buys by hand, follows the position tick by tick, and sells all', async () => {
    const session = await vectra.joinLive('hand', BY_HAND);
    const ticks: PaperTold['live_tick'][] = [];
    session.on('live_tick', (tick) => ticks.push(tick));
    const { bet } = await taken(async () => {
      const bought = await session.buy('0.1');
      // A rug may come at any tick.
      await eventually('ticks are told', () => ticks.length > 2 || session.session.position === null);
      if (session.session.position === null) throw new Error('rugged');
      return bought;
    });
    expect(bet).toMatchObject({ kind: 'bought', amount: '0.1' });
    expect(Number(ticks[0]?.worth)).toBeCloseTo(1 + Number(ticks[0]?.unrealized_pnl), 1);
    await session.sell().catch(() => undefined); // the rug may have been faster
    await eventually('nothing is held', () => session.session.position === null);
    const shown = await rest({ url: test.system.url('gateway') }).session('hand');
    expect(JSON.stringify(shown)).toContain('"kind":"sold"');
  });

  it('answers what is refused with its code, and other sessions go on', async () => {
    const session = await vectra.joinLive('hand');
    await expect(session.buy('0.0001')).rejects.toMatchObject({ code: /below_minimum|no_game/ });
    await expect(session.sidebet('1e99')).rejects.toMatchObject({ code: 'bad_command' });
    await expect(vectra.joinLive('never-made')).rejects.toMatchObject({ code: 'no_session' });
  });

  it('goes on with the same session when the service was killed, and tells of bets and games', async () => {
    const session = await vectra.joinLive('ladder', LADDER);
    const bets: PaperTold['live_bet'][] = [];
    const ends: PaperTold['live_game_end'][] = [];
    session.on('live_bet', (bet) => bets.push(bet));
    session.on('live_game_end', (end) => ends.push(end));
    await eventually('it has bet', () => bets.some(({ bet }) => bet.kind === 'sidebet'));
    const before = session.session.history_length;
    test.system.child('paper').signal('SIGKILL');
    await eventually('a game ends', () => ends.length > 0, 120_000);
    expect(session.session.history_length).toBeGreaterThan(before);
    const { history } = await rest({ url: test.system.url('gateway') }).session('ladder');
    const kinds = history.lines.map(({ kind }) => kind);
    // Each bet is settled once before the next one.
    expect(
      kinds.filter((kind) => kind === 'sidebet').length - kinds.filter((kind) => kind === 'settled').length,
    ).toBeLessThanOrEqual(1);
    const joined = await vectra.joinLive('ladder');
    expect(joined.session.session_id).toBe('ladder');
    await session.leave();
    await eventually('it is not active', async () => {
      const { session: shown } = await rest({ url: test.system.url('gateway') }).session('ladder');
      return !shown.is_active;
    });
  });
});
