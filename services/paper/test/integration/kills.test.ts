import { setTimeout as sleep } from 'node:timers/promises';
import { strategy } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { BacktestRun, builtIn, generatedGames } from '../../src/index.js';
import { eventsOf } from '../games.js';
import { historyOf, patiently, spread, testLog } from './service.js';

const spec = (given: object) => strategy.parse({ name: 'test', initial_balance: 1, ...given });
const strategies = [
  spec({ entry_tick: 10, num_bets: 9, sizing: { by: 'fraction', of: 0.02 } }),
  spec({
    ...{ kind: 'position', entry_tick: 5, sizing: { by: 'fraction', of: 0.1 } },
    ...{ take_profit: 1.4, trailing_stop: 0.2 },
  }),
];
const SESSIONS = 12;
const strategyOf = (session: number) => strategies[session % strategies.length] ?? spec({ kind: 'observer' });

describe('an instance killed with signal 9', () => {
  it('has its slots taken over by another one at the default lease; nothing is lost, and nothing done twice', async () => {
    const { log, publisher, spawnPaper, settled, gateway } = await testLog();
    const killed = await spawnPaper({ LEASE_TTL_MS: '4000' });
    await expect.poll(() => spread(log), patiently).toEqual([4]);
    await spawnPaper({ LEASE_TTL_MS: '4000' });
    await expect.poll(() => spread(log), patiently).toEqual([2, 2]);
    for (let n = 0; n < SESSIONS; n++) await gateway.open(`s${n}`, strategyOf(n));
    const games = [...generatedGames('killed', 4)];
    const events = games.flatMap((game) => eventsOf(game, Date.now()));
    publisher.publish(events.slice(0, events.length / 2));
    await settled();
    killed.child.signal('SIGKILL');
    const died = performance.now();
    publisher.publish(events.slice(events.length / 2));
    await settled();
    // Less than 6 s on a machine that has nothing else to do.
    process.stderr.write(
      `taken over and caught up ${Math.round(performance.now() - died)} ms after kill -9\n`,
    );
    for (let n = 0; n < SESSIONS; n++) {
      const played = strategyOf(n);
      if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
      const run = new BacktestRun(played, builtIn(played));
      for (const game of games) run.play(game);
      expect(await historyOf(log, `s${n}`)).toEqual(run.result.history);
    }
  });

  it('at any moment, again and again, leaves every session as an undisturbed run does', async () => {
    const { log, publisher, spawnPaper, settled, gateway } = await testLog();
    let instances = [await spawnPaper(), await spawnPaper()];
    for (let n = 0; n < SESSIONS; n++) await gateway.open(`s${n}`, strategyOf(n));
    const games = [...generatedGames('again', 25)];
    for (const [index, game] of games.entries()) {
      const events = eventsOf(game, Date.now());
      for (let from = 0; from < events.length; from += 20) {
        publisher.publish(events.slice(from, from + 20));
        await sleep(1);
      }
      if (index % 6 !== 3) continue;
      const [first, ...others] = instances;
      first?.child.signal('SIGKILL');
      instances = [...others, await spawnPaper()];
    }
    await settled();
    for (let n = 0; n < SESSIONS; n++) {
      const played = strategyOf(n);
      if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
      const run = new BacktestRun(played, builtIn(played));
      for (const game of games) run.play(game);
      expect(await historyOf(log, `s${n}`)).toEqual(run.result.history);
    }
  });
});
