import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSystem } from '@vectra/launcher';
import { strategy, type Strategy } from '@vectra/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance } from './faults/chance.js';
import { eventually, getJson, recorderCaughtUp, testSystem, type TestSystem } from './harness.js';
import { backtest, openSessions, paperCaughtUp, paperInstance, recordingsOf } from './paperTools.js';

const GAMES = Number(process.env.PARITY_GAMES ?? 60);
const KILLS = Math.ceil(GAMES / 10);
const SPEED = 200;

const spec = (name: string, given: object): Strategy =>
  strategy.parse({ name, initial_balance: 1, ...given });
const STRATEGIES = [
  spec('ladder', { entry_tick: 200, num_bets: 4, bet_sizes: [0.01, 0.02, 0.04, 0.08] }),
  spec('presale', { entry_tick: 0, num_bets: 3, sizing: { by: 'fraction', of: 0.05 } }),
  spec('believer', { entry_tick: 40, num_bets: 9, sizing: { by: 'kelly', p: 0.25, b: 4, share: 0.5 } }),
  spec('ride', {
    ...{ kind: 'position', entry_tick: 5, sizing: { by: 'fraction', of: 0.1 } },
    ...{ take_profit: 1.5, trailing_stop: 0.2 },
  }),
  spec('hold', { kind: 'position', entry_tick: 0, sizing: { by: 'fixed', amount: 0.001 } }),
  spec('dip', {
    ...{ kind: 'position', entry_tick: 10, entry_below: 0.9, sizing: { by: 'fraction', of: 0.05 } },
    ...{ stop_loss: 0.7, exit_tick: 150 },
  }),
  spec('watch', { kind: 'observer' }),
];

describe(`sessions of paper trading over ${GAMES} games, instances and recorder killed ${KILLS} times at any moment`, () => {
  let test: TestSystem;
  let second: LocalSystem;

  beforeAll(async () => {
    test = await testSystem({
      env: {
        ...{ SIMULATOR_SEED: 'parity', SIMULATOR_SPEED: String(SPEED), PAPER_MAX_LAG_MS: '600000' },
        GATEWAY_EXPECTED_SERVICES: 'feed,recorder',
      },
    });
    const { system, log } = test;
    second = await paperInstance(test);
    await openSessions(
      log,
      STRATEGIES.map((played) => [played.name, played] as const),
    );
    const simulator = `${system.url('simulator')}/api/simulator`;
    const finished = async (): Promise<number> =>
      (await getJson<{ gamesFinished: number }>(simulator)).gamesFinished;
    const moment = chance('parity');
    const begun = (await finished()) + 2; // sessions may begin with the second game from now
    for (let kill = 0; kill < KILLS; kill++) {
      const due = begun + (kill * GAMES) / KILLS;
      await eventually(`game ${due} is played`, async () => (await finished()) >= due, 300_000);
      await sleep(moment.between(0, 1_000));
      if (kill % 3 === 2) system.child('recorder').signal('SIGKILL');
      else moment.pick([system, second]).child('paper').signal('SIGKILL');
    }
    const isOver = async (): Promise<boolean> =>
      (await log.paper.sessions()).every(({ games_played }) => games_played >= GAMES);
    await eventually(`every session has played ${GAMES} games`, isOver, 600_000);
    await system.stopService('feed');
    await recorderCaughtUp(log);
    await paperCaughtUp(log);
  }, 1_800_000);
  afterAll(async () => {
    await second.stop();
    await test.stop();
  });

  it.each(STRATEGIES.map((played) => [played.name, played] as const))(
    '%s: the backtest of the recordings has the same history, byte for byte, and the same balance',
    async (name, played) => {
      const { lines } = await test.log.paper.history(name, 0, 1_000_000);
      // The feed was stopped in the middle of a game.
      const whole = lines.slice(0, lines.findLastIndex(({ kind }) => kind === 'game') + 1);
      const games = whole.flatMap((line) => (line.kind === 'game' ? [line.gameId] : []));
      expect(games.length).toBeGreaterThanOrEqual(GAMES);
      const { history, games: results } = backtest(played, await recordingsOf(test.dataDir, games));
      expect(whole.map((line) => JSON.stringify(line))).toEqual(history.map((line) => JSON.stringify(line)));
      expect(whole.at(-1)).toMatchObject({ wallet: results.at(-1)?.wallet });
      const session = await test.log.paper.session(name);
      expect(session).toMatchObject({ games_played: games.length, is_active: true, error: null });
      if (name !== 'watch') expect(session?.total_bets_placed).toBeGreaterThan(0);
    },
  );
});
