import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Child } from '@vectra/launcher';
import {
  advance,
  builtIn,
  generatedGames,
  marketsOf,
  openSession,
  type Behaviour,
  type Session,
} from '@vectra/paper';
import { strategy, toDecimal, type Draft, type GameRecording, type Strategy } from '@vectra/protocol';
import { EventLog } from '@vectra/stream';
import { Redis } from 'ioredis';
import { perSecond, type Comparison } from './report.js';

const MAIN = fileURLToPath(new URL('../../services/paper/dist/main.js', import.meta.url));
const STREAM = 'paper';
const SESSIONS = 300;
const GAMES = 12;
const FOR_MEMORY = 1_000;
const GIVEN_UP_MS = 300_000;

export interface PaperFigures {
  comparison: Comparison;
  /** Of a session that has played the games, bytes: in the process, and in Redis with its history. */
  heap: number;
  redis: number;
  /** Lines of that history. */
  lines: number;
}

interface Player {
  session: Session;
  behaviour: Behaviour;
}

/** Sessions that follow the game through Redis, in one instance, beside the same engine in a bare loop over the same ticks. */
export async function benchPaper(url: string, dir: string): Promise<PaperFigures> {
  const games = [...generatedGames('bench', GAMES)];
  const ticks = games.reduce((sum, { prices }) => sum + prices.length, 0);
  const players = playersOf(SESSIONS);
  const baseline = await perSecond(SESSIONS * ticks, () => {
    playAll(players, games);
    return Promise.resolve();
  });
  const log = await EventLog.open({ url, stream: STREAM, name: 'bench' });
  const child = new Child({
    command: process.execPath,
    args: [MAIN],
    stdio: 'ignore',
    env: {
      ...{ PATH: process.env.PATH, REDIS_URL: url, STREAM, PAPER_PORT: '0', PAPER_MAX_LAG_MS: '600000' },
    },
  });
  const redis = new Redis(url);
  try {
    const publisher = await log.publisher({
      ...{ folder: join(dir, 'paper-feed'), requiredGroups: [], leaseTtlMs: 4_000 },
      signal: new AbortController().signal,
    });
    await until(async () =>
      (await log.services()).some(({ name, detail }) => name === 'paper' && detail.slots === 8),
    );
    for (let n = 0; n < SESSIONS; n++)
      await log.paper.send({ kind: 'open', session: `s${n}`, strategy: strategyOf(n), ref: '' });
    await until(async () => (await log.paper.count()) === SESSIONS);
    publisher.publish(games.flatMap(eventsOf));
    await publisher.flush();
    const ours = await perSecond(SESSIONS * ticks, () =>
      until(async () => {
        const slots = (await log.groups()).filter(({ name }) => name.startsWith('paper:'));
        return slots.every(({ lag, pending }) => lag === 0 && pending === 0);
      }),
    );
    await publisher.close();
    const name = `${SESSIONS} sessions x ${ticks.toLocaleString('en')} ticks of ${GAMES} games, live in one instance`;
    const baselineName = 'the same engine, sessions and ticks in a loop, without Redis';
    const { lines, bytes } = await stored(redis, log);
    return {
      comparison: { name, baselineName, unit: 'session ticks/s', baseline, ours },
      ...{ heap: heapOfOne(games.slice(0, 3)), redis: bytes, lines },
    };
  } finally {
    await child.stop(5_000);
    redis.disconnect();
    await log.close();
  }
}

function strategyOf(n: number): Strategy {
  const common = { name: `strategy ${n}`, initial_balance: 10 };
  const sizing = { by: 'fraction', of: 0.01 + (n % 10) / 1_000 };
  return n % 2 === 0
    ? strategy.parse({ ...common, entry_tick: n % 100, num_bets: 5, sizing })
    : strategy.parse({
        ...common,
        kind: 'position',
        entry_tick: n % 100,
        sizing,
        take_profit: 1.5,
        trailing_stop: 0.3,
      });
}

function playersOf(count: number): Player[] {
  return Array.from({ length: count }, (_, n) => {
    const played = strategyOf(n);
    if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
    return { session: openSession(`s${n}`, played), behaviour: builtIn(played) };
  });
}

function playAll(players: readonly Player[], games: readonly GameRecording[]): void {
  for (const game of games) {
    const prices: number[] = [];
    for (const market of marketsOf(game)) {
      if (market.kind === 'tick') prices.push(market.price);
      for (const player of players) {
        const { behaviour } = player;
        player.session = advance(player.session, market, {
          ...{ behaviour, prices, recentGames: [], tradable: true },
        }).session;
      }
    }
  }
}

/** What the log tells of a game that was watched whole; all of it received now. */
function eventsOf({ meta, prices }: GameRecording): Draft[] {
  const origin = { gameId: meta.game_id, timestamp: Date.now(), source: 'simulator' } as const;
  const rugTick = prices.length - 1;
  const ticks = prices.map((price, tickCount): Draft => ({
    ...{ type: 'game.tick', ...origin },
    data: {
      ...{ tickCount, price: toDecimal(price), active: true, rugged: tickCount === rugTick },
      ...{ phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 0 },
    },
  }));
  const presale: Draft = {
    ...{ type: 'game.phase', ...origin },
    data: { phase: 'PRESALE', previous: 'COOLDOWN', cooldownTimer: 10_000 },
  };
  const end: Draft = {
    ...{ type: 'game.end', ...origin },
    data: {
      ...{ reason: 'rugged', rugTick, rugPrice: toDecimal(prices[rugTick] ?? 0) },
      ...{ peakMultiplier: toDecimal(meta.peak_multiplier), tickCount: rugTick },
    },
  };
  return [presale, ...ticks, end];
}

/** Bytes of the heap that a session takes. */
function heapOfOne(games: readonly GameRecording[]): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const players = playersOf(FOR_MEMORY);
  playAll(players, games);
  collect();
  return (process.memoryUsage().heapUsed - before) / players.length;
}

/** What Redis holds of the sessions, as a mean: bytes, and lines of history. */
async function stored(redis: Redis, log: EventLog): Promise<{ bytes: number; lines: number }> {
  const { paper } = log.keys;
  const slots = Array.from({ length: 8 }, (_, slot) => slot);
  const sessions = Array.from({ length: SESSIONS }, (_, n) => paper.history(`s${n}`));
  const keys = [...slots.flatMap((slot) => [paper.states(slot), paper.sessions(slot)]), ...sessions];
  const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  const lengths = await Promise.all(sessions.map((key) => redis.llen(key)));
  const mean = (values: readonly (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / SESSIONS;
  return { bytes: mean(sizes), lines: mean(lengths) };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + GIVEN_UP_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited ${GIVEN_UP_MS / 1_000} s in vain`);
    await sleep(20);
  }
}
