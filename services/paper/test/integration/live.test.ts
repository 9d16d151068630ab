import { strategy } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { BacktestRun, builtIn, generatedGames, type Happening } from '../../src/index.js';
import { eventsOf } from '../games.js';
import { historyOf, patiently, SLOTS, spread, testLog } from './service.js';

const spec = (given: object) => strategy.parse({ name: 'test', initial_balance: 1, ...given });
const observer = spec({ kind: 'observer' });
const ladder = spec({ entry_tick: 20, num_bets: 5, bet_sizes: [0.001, 0.002, 0.004, 0.008, 0.016] });
const rider = spec({
  ...{ kind: 'position', entry_tick: 0, sizing: { by: 'fraction', of: 0.2 } },
  ...{ take_profit: 1.3, trailing_stop: 0.15 },
});

function backtest(played: typeof ladder, games: Parameters<BacktestRun['play']>[0][]): Happening[] {
  if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
  const run = new BacktestRun(played, builtIn(played));
  for (const game of games) run.play(game);
  return run.result.history;
}

describe('a session of paper trading', () => {
  it('does live what a backtest of the same games does, and tells of all that happens to it', async () => {
    const { publisher, log, startPaper, settled, gateway } = await testLog();
    await startPaper();
    const opened = await gateway.open('ladder', ladder);
    expect(opened).toMatchObject({
      kind: 'session',
      created: true,
      session: { wallet: '1', is_active: true },
    });
    await gateway.open('rider', rider);
    const games = [...generatedGames('live', 12)];
    for (const game of games) publisher.publish(eventsOf(game, Date.now()));
    await settled();
    for (const [id, played] of [
      ['ladder', ladder],
      ['rider', rider],
    ] as const) {
      const history = await historyOf(log, id);
      expect(history).toEqual(backtest(played, games));
      expect((await log.paper.session(id))?.history_length).toBe(history.length);
      const told = gateway.heard.flatMap((one) =>
        one.kind === 'session' && one.session.session_id === id ? one.happenings : [],
      );
      await expect.poll(() => told.length).toBe(history.length);
      expect(told).toEqual(history);
    }
  });

  it('that is opened while a game runs leaves that to its strategy from the next one on', async () => {
    const { publisher, log, startPaper, settled, gateway } = await testLog();
    await startPaper();
    const games = [...generatedGames('midway', 6)].filter(({ prices }) => prices.length > 60).slice(0, 3);
    const [first, ...others] = games;
    if (first === undefined) throw new Error('expected games of that length');
    const events = eventsOf(first, Date.now());
    publisher.publish(events.slice(0, 30));
    await settled();
    await gateway.open('ladder', ladder);
    publisher.publish(events.slice(30));
    for (const game of others) publisher.publish(eventsOf(game, Date.now()));
    await settled();
    expect(await historyOf(log, 'ladder')).toEqual(backtest(ladder, others));
  });

  it('takes orders by hand, at once, and says what is wrong with those it refuses', async () => {
    const { publisher, log, startPaper, settled, gateway } = await testLog();
    await startPaper();
    const [game] = [...generatedGames('by hand', 20)].filter(({ prices }) => prices.length > 80);
    if (game === undefined) throw new Error('expected a game of that length');
    const events = eventsOf(game, Date.now());
    publisher.publish(events.slice(0, 40));
    await settled();
    const sale = { side: 'sell' } as const;
    expect(await gateway.order('s', sale)).toMatchObject({ kind: 'refused', code: 'no_session' });
    expect(await gateway.open('s')).toMatchObject({ kind: 'refused', code: 'no_session' });
    await gateway.open('s', observer);
    const bought = await gateway.order('s', { side: 'buy', amount: '0.1' });
    const price = game.prices[35];
    expect(bought).toMatchObject({
      happenings: [{ kind: 'bought', tick: 35, price }],
      session: { cash: '0.9', bets_this_game: 1, position: { cost: '0.1' } },
    });
    expect(await gateway.order('s', { side: 'sidebet', amount: '9' })).toMatchObject({
      happenings: [{ kind: 'refused', code: 'above_maximum' }],
    });
    publisher.publish(events.slice(40, 60));
    await settled();
    const sold = await gateway.order('s', sale);
    expect(sold).toMatchObject({
      happenings: [{ kind: 'sold', by: 'order', tick: 55 }],
      session: { position: null },
    });
    publisher.publish(events.slice(60));
    await settled();
    expect((await historyOf(log, 's')).at(-1)).toMatchObject({ kind: 'game', bets: 1 });
    expect((await log.paper.session('s'))?.games_played).toBe(1);
  });

  it('that is left orders nothing more, has what is open settled, and goes on when it is opened again', async () => {
    const { publisher, log, startPaper, settled, gateway } = await testLog();
    await startPaper();
    const games = [...generatedGames('leave', 30)].filter(({ prices }) => prices.length > 80).slice(0, 3);
    await gateway.open('s', ladder);
    const [first, second, third] = games.map((game) => eventsOf(game, Date.now()));
    publisher.publish((first ?? []).slice(0, 30));
    await settled();
    const left = await gateway.ask({ kind: 'close', session: 's' });
    expect(left).toMatchObject({ session: { is_active: false, active_bet: { start_tick: 20 } } });
    publisher.publish([...(first ?? []).slice(30), ...(second ?? [])]);
    await settled();
    const kinds = (await historyOf(log, 's')).map(({ kind }) => kind);
    expect(kinds).toEqual(['sidebet', 'settled', 'game', 'game']);
    expect(await gateway.open('s')).toMatchObject({ created: false, session: { is_active: true } });
    publisher.publish(third ?? []);
    await settled();
    expect((await historyOf(log, 's')).slice(4)).toContainEqual(expect.objectContaining({ kind: 'sidebet' }));
  });
});

describe('what comes too late', () => {
  it('is not traded on: no strategy is asked, and orders are refused as stale', async () => {
    const { publisher, log, startPaper, settled, gateway } = await testLog();
    await startPaper({ PAPER_MAX_LAG_MS: '5000' });
    await gateway.open('s', ladder);
    const [game] = [...generatedGames('stale', 30)].filter(({ prices }) => prices.length > 80);
    if (game === undefined) throw new Error('expected a game of that length');
    publisher.publish(eventsOf(game, Date.now() - 60_000).slice(0, 50));
    await settled();
    expect(await historyOf(log, 's')).toEqual([]);
    expect(await gateway.order('s', { side: 'buy', amount: '0.1' })).toMatchObject({
      happenings: [{ kind: 'refused', code: 'stale' }],
      session: { cash: '1' },
    });
    publisher.publish(eventsOf(game, Date.now()).slice(50, 60));
    await settled();
    expect(await historyOf(log, 's')).toContainEqual(expect.objectContaining({ kind: 'sidebet' }));
  });

  it('as a command is answered, not carried out', async () => {
    const { log, startPaper, gateway } = await testLog();
    await log.paper.claimSlots(SLOTS);
    await log.paper.send({ kind: 'open', session: 's', strategy: observer, ref: 'late' });
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    await startPaper();
    const late = () => gateway.heard.find(({ ref }) => ref === 'late');
    await expect.poll(late, patiently).toMatchObject({ kind: 'refused', code: 'too_late' });
    expect(await log.paper.sessions()).toEqual([]);
  });
});

describe('instances of the service', () => {
  it('share the slots evenly, and hand them over when one stops', async () => {
    const { log, startPaper } = await testLog();
    const first = await startPaper();
    await expect.poll(() => spread(log), patiently).toEqual([4]);
    const second = await startPaper();
    await expect.poll(() => spread(log), patiently).toEqual([2, 2]);
    await startPaper();
    await expect.poll(() => spread(log), patiently).toEqual([1, 1, 2]);
    await first.stop();
    await expect.poll(() => spread(log), patiently).toEqual([2, 2]);
    await second.stop();
    await expect.poll(() => spread(log), patiently).toEqual([4]);
  });

  it('refuse another number of slots than there are, naming both and the remedy', async () => {
    const { startPaper } = await testLog();
    await startPaper();
    await expect(startPaper({ PAPER_SLOTS: '5' })).rejects.toThrow(
      /4 slots, PAPER_SLOTS says 5: set PAPER_SLOTS=4, or delete \{test\}:paper:\*/,
    );
  });

  it('make no more sessions than are allowed', async () => {
    const { startPaper, gateway } = await testLog();
    await startPaper({ PAPER_MAX_SESSIONS: '2' });
    await gateway.open('a', observer);
    await gateway.open('b', observer);
    expect(await gateway.open('c', observer)).toMatchObject({ kind: 'refused', code: 'too_many_sessions' });
    expect(await gateway.open('a')).toMatchObject({ kind: 'session', created: false });
  });
});
