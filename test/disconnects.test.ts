import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '@vectra/protocol';
import { chance } from './faults/chance.js';
import {
  eventually,
  getJson,
  metric,
  recorderCaughtUp,
  recordingsIn,
  testSystem,
  untilSealed,
} from './harness.js';

const GAMES = Number(process.env.DISCONNECTS_GAMES ?? 200);
const SPEED = 100;
/** Unplayed for as long, the connection is away for a fifth of the time. */
const PLAYED_PER_LOSS = 4;
/** How long a new connection is refused, in real ms: at this speed up to a minute of the game. */
const LONGEST_REFUSAL_MS = 600;

interface GeneratedGame {
  id: string;
  rugTick: number;
  prices: number[];
}

describe(`${GAMES} generated games, a fifth of the time without a connection to them`, () => {
  let test: Awaited<ReturnType<typeof testSystem>>;
  let truth: GeneratedGame[];
  let events: Event[];

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'disconnects', SIMULATOR_SPEED: String(SPEED) } });
    const { system, log } = test;
    const simulator = `${system.url('simulator')}/api/simulator`;
    const played = (): Promise<{ gamesFinished: number }> => getJson(simulator);
    const feed = system.url('feed');
    await eventually(
      'the feed is connected',
      async () => (await metric(feed, 'feed_upstream_connected')) === 1,
    );
    const reconnects = (): Promise<number> => metric(feed, 'feed_upstream_reconnects_total');
    // The game that runs now may be over already, so that nothing was seen of it.
    const enough = (await played()).gamesFinished + 1 + GAMES;
    const refusal = chance('disconnects');
    while ((await played()).gamesFinished < enough) {
      const lost = performance.now();
      const before = await reconnects();
      await disconnect(simulator, refusal.between(1, LONGEST_REFUSAL_MS));
      await eventually('the feed is connected again', async () => (await reconnects()) > before);
      await sleep(PLAYED_PER_LOSS * (performance.now() - lost));
    }
    const ended = (await getJson<GeneratedGame[]>(`${simulator}/games`)).reverse();
    await untilSealed(log, ended.at(-1)?.id ?? '');
    await system.stopService('feed');
    await recorderCaughtUp(log);
    const { last: top } = await log.state();
    events = await log.range(1, top, top);
    const first = events.find(({ type }) => type === 'game.start')?.gameId;
    truth = ended.slice(ended.findIndex(({ id }) => id === first));
  }, 600_000);
  afterAll(() => test.stop());

  it('are in the log with every tick, once, at its price', () => {
    const ticks = new Map<string, number[]>();
    for (const { type, gameId, data } of events) {
      if (type !== 'game.tick' || gameId === null) continue;
      const prices = ticks.get(gameId) ?? [];
      ticks.set(gameId, prices);
      expect(prices[data.tickCount], `${gameId} tick ${data.tickCount} is told once`).toBeUndefined();
      prices[data.tickCount] = Number(data.price);
    }
    expect(truth.length).toBeGreaterThanOrEqual(GAMES);
    for (const { id, prices } of truth) expect(ticks.get(id), id).toEqual(prices);
  });

  it('are sealed, and verified wherever there is a price that could be', () => {
    const verdicts = new Map(
      events.flatMap(({ type, gameId, data }) => (type === 'game.sealed' ? [[gameId, data]] : [])),
    );
    for (const { id, rugTick, prices } of truth) {
      // The price at tick 0 is always 1, and the seed does not tell that of the rug.
      const verdict = rugTick > 1 ? 'verified' : 'hash-only';
      expect(verdicts.get(id), id).toMatchObject({ verdict, complete: true, prices: prices.map(String) });
    }
  });

  it('say of each tick that was not received live by what it became known', () => {
    const bySource: Record<string, number> = {};
    for (const { type, data } of events) {
      if (type !== 'game.tick') continue;
      const source = data.backfilled ?? 'live';
      bySource[source] = (bySource[source] ?? 0) + 1;
    }
    const lost = lostMs(events);
    const over = (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0);
    console.log(
      `${truth.length} games, ticks: ${JSON.stringify(bySource)}, lost ${((100 * lost) / over).toFixed(1)} % of the time`,
    );
    for (const source of ['live', 'partialPrices', 'snapshot', 'gameHistory'])
      expect(bySource[source], source).toBeGreaterThan(0);
  });

  it('are recorded whole, one file set each', async () => {
    const recordings = new Map((await recordingsIn(test.dataDir)).map((game) => [game.meta.game_id, game]));
    for (const { id, prices, rugTick } of truth) {
      expect(recordings.get(id)?.prices, id).toEqual(prices);
      expect(recordings.get(id)?.meta, id).toMatchObject({ complete: true, rug_tick: rugTick });
    }
  });
});

async function disconnect(simulator: string, durationMs: number): Promise<void> {
  const response = await fetch(`${simulator}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'disconnect', durationMs }),
  });
  expect(response.status).toBe(201);
}

/** How long the feed was without a connection, ms. */
function lostMs(events: readonly Event[]): number {
  let lost = 0;
  let since: number | undefined;
  for (const { type, timestamp, data } of events) {
    if (type !== 'connection.status') continue;
    if (data.status === 'connected') {
      if (since !== undefined) lost += timestamp - since;
      since = undefined;
    } else since ??= timestamp;
  }
  return lost;
}
