import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSystem } from '@vectra/launcher';
import { strategy, type Event, type Strategy } from '@vectra/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance } from './faults/chance.js';
import { testSystem, type TestSystem } from './harness.js';
import { openSessions, paperCaughtUp, paperInstance } from './paperTools.js';
import { undisturbed } from './soak/src/parity.js';

const SECONDS = Number(process.env.PAPER_KILL_SECONDS ?? 40);
const KILL_MS = 10_000;
const SESSIONS = 300;
const SPEED = 40;

/** Sixty strategies, each in five sessions. */
function strategyOf(session: number): Strategy {
  const n = session % 60;
  const common = { name: `strategy ${n}`, initial_balance: 1 + n / 10 };
  const amount = (1 + (n % 9)) / 100;
  if (n % 3 === 0)
    return strategy.parse({
      ...common,
      entry_tick: 5 * n,
      num_bets: 1 + (n % 7),
      bet_sizes: [amount, 0.005],
    });
  if (n % 3 === 1)
    return strategy.parse({
      ...common,
      entry_tick: n,
      num_bets: 9,
      sizing: { by: 'fraction', of: amount / 4 },
    });
  return strategy.parse({
    ...{ ...common, kind: 'position', entry_tick: n, sizing: { by: 'fraction', of: amount } },
    ...{ take_profit: 1.1 + n / 50, trailing_stop: 0.1 + n / 200 },
  });
}

describe(`${SESSIONS} sessions on three instances, one killed every 10 s for ${SECONDS} s`, () => {
  let test: TestSystem;
  let others: LocalSystem[];
  let events: Event[];

  beforeAll(async () => {
    // The feed comes last: every session has seen the log from its first event on.
    test = await testSystem({
      services: ['simulator', 'recorder', 'paper'],
      env: { SIMULATOR_SEED: 'killed', SIMULATOR_SPEED: String(SPEED), PAPER_MAX_LAG_MS: '600000' },
    });
    const { system, log } = test;
    others = [await paperInstance(test), await paperInstance(test)];
    await openSessions(
      log,
      Array.from({ length: SESSIONS }, (_, n) => [`session-${n}`, strategyOf(n)] as const),
    );
    await system.startService('feed');
    const moment = chance('killed');
    for (let killed = 0; killed < SECONDS * 1_000; killed += KILL_MS) {
      await sleep(KILL_MS);
      moment
        .pick([system, ...others])
        .child('paper')
        .signal('SIGKILL');
    }
    await sleep(KILL_MS);
    await system.stopService('feed');
    await paperCaughtUp(log);
    const { last } = await log.state();
    events = await log.range(1, last, last);
  }, 900_000);
  afterAll(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await test.stop();
  });

  it('have the history, to the byte, that they have when nothing disturbs them', async () => {
    const truth = Array.from({ length: 60 }, (_, n) => undisturbed(strategyOf(n), events).history);
    const lines = truth.reduce((sum, { length }) => sum + length, 0);
    expect(lines).toBeGreaterThan(60 * 10);
    for (let n = 0; n < SESSIONS; n++) {
      const history = await test.log.paper.history(`session-${n}`, 0, 1_000_000);
      const wanted = (truth[n % 60] ?? []).map((line) => JSON.stringify(line));
      expect(history.lines.map((line) => JSON.stringify(line))).toEqual(wanted);
    }
  });

  it('tell in their summary what their history came to', async () => {
    const sessions = await test.log.paper.sessions();
    expect(sessions).toHaveLength(SESSIONS);
    for (const { session_id, history_length, cash, error } of sessions) {
      const { lines } = await test.log.paper.history(session_id, 0, 1_000_000);
      expect({ session_id, history_length, error }).toEqual({
        session_id,
        history_length: lines.length,
        error: null,
      });
      const newest = lines.findLast((line) => 'cash' in line);
      if (newest !== undefined && 'cash' in newest) expect(cash).toBe(newest.cash);
    }
  });
});
