import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LocalSystem } from '@vectra/launcher';
import type { GameRecording, GameSummary } from '@vectra/protocol';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
const VIEWPORT = { width: 1280, height: 860 };
/** As long as a game can be. */
const TICKS = 5_000;
/** The frames of the last ticks are measured, when nearly all of the game is drawn. */
const MEASURED_TICKS = 800;
const SPEED = 4;
const TICK_MS = 250;
const GAMES = [10, 100] as const;

interface Frames {
  kind: string;
  count: number;
  /** Milliseconds from one frame to the next. */
  p50: number;
  p99: number;
  longest: number;
  /** Milliseconds of CPU time of the page's thread for each tick: what is left of a frame on a machine with other work. */
  cpu: number;
}

export interface WebFigures {
  frames: Frames[];
  /** Bytes of JavaScript's heap after a forced collection, after so many games. */
  heap: { games: number; bytes: number }[];
}

/** The web app in Chromium without a GPU, on the whole system of generated games at a hundred times their speed. */
export async function benchWeb(dir: string): Promise<WebFigures> {
  const dataDir = join(dir, 'web');
  const gameId = await writeLongGame(dataDir);
  const names = ['FEED', 'GATEWAY', 'PAPER', 'RECORDER', 'SIMULATOR', 'STANDALONE_REDIS'];
  const ports: Record<string, string> = {};
  for (const name of names) ports[`${name}_PORT`] = String(await freePort());
  const system = await LocalSystem.start({
    demo: true,
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'error', SIMULATOR_SPEED: '100' },
      ...{ RUGS_DATA_DIR: dataDir, FEED_DATA_DIR: join(dir, 'web-feed') },
      ...ports,
    },
    say: () => undefined,
    stdio: 'ignore',
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const url = system.url('gateway');
    const heap = await measureHeap(browser, url);
    system.child('simulator').signal('SIGSTOP'); // a recorded game is all that moves
    const frames: Frames[] = [];
    frames.push(await measureNothing(browser));
    for (const kind of ['line', 'candles']) frames.push(await measureFrames(browser, { url, gameId, kind }));
    system.child('simulator').signal('SIGCONT');
    return { frames, heap };
  } finally {
    await browser.close();
    await system.stop();
  }
}

/** A recording of a game that wanders for as long as one can. @returns its id */
async function writeLongGame(dataDir: string): Promise<string> {
  const gameId = '20200101-00000000000b5000';
  const prices = Array.from({ length: TICKS }, (_, tick) => 2 + Math.sin(tick / 90) + Math.sin(tick / 7) / 9);
  const meta: GameRecording['meta'] = {
    ...{ game_id: gameId, start_time: '2020-01-01T00:00:00.000Z', end_time: null },
    ...{ duration_ticks: TICKS - 1, peak_multiplier: Math.max(...prices), rug_tick: TICKS - 1 },
    ...{ server_seed: null, server_seed_hash: null, verified: null, complete: true, backfilled_ticks: 0 },
  };
  const file = 'games/long.game.json';
  const folder = join(dataDir, 'recordings', '2020-01-01');
  const games: GameSummary[] = [{ ...meta, file, jsonl: null }];
  await mkdir(join(folder, 'games'), { recursive: true });
  await writeFile(join(folder, file), JSON.stringify({ meta, prices }));
  await writeFile(join(folder, 'index.json'), JSON.stringify({ date: '2020-01-01', games }));
  return gameId;
}

/** An empty page, for what the machine itself can do. */
async function measureNothing(browser: Browser): Promise<Frames> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  const times = await frameTimes(page, 5_000);
  await page.close();
  return { kind: 'nothing', ...quantiles(times), cpu: 0 };
}

async function measureFrames(
  browser: Browser,
  { url, gameId, kind }: { url: string; gameId: string; kind: string },
): Promise<Frames> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/#/live/${gameId}?tick=${TICKS - MEASURED_TICKS}`);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption(String(SPEED));
  if (kind === 'candles') await page.getByRole('button', { name: 'Candles' }).click();
  await sleep(1_000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = { tick: await tickOf(page), cpu: await cpuOf(devtools) };
  const times = await frameTimes(page, ((MEASURED_TICKS - 200) * TICK_MS) / SPEED);
  const after = { tick: await tickOf(page), cpu: await cpuOf(devtools) };
  await page.close();
  const ticks = after.tick - before.tick;
  if (ticks < MEASURED_TICKS / 4) throw new Error(`expected the game to be played, were ${ticks} ticks`);
  return { kind, ...quantiles(times), cpu: (after.cpu - before.cpu) / ticks };
}

async function tickOf(page: Page): Promise<number> {
  return Number(await page.getByRole('slider', { name: 'Tick' }).inputValue());
}

/** Milliseconds of CPU time that the page's thread took for its tasks so far. */
async function cpuOf(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

async function frameTimes(page: Page, ms: number): Promise<number[]> {
  return page.evaluate(
    (span) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        const frame = (now: number): void => {
          found.push(now);
          if (now - (found[0] ?? now) < span) requestAnimationFrame(frame);
          else resolve(found);
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
}

function quantiles(times: readonly number[]): Pick<Frames, 'count' | 'p50' | 'p99' | 'longest'> {
  const spans = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = spans.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { count: spans.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
}

async function measureHeap(browser: Browser, url: string): Promise<WebFigures['heap']> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/#/`);
  const heap: WebFigures['heap'] = [];
  for (const games of GAMES) {
    await untilRecorded(url, games);
    heap.push({ games, bytes: await heapOf(page) });
  }
  await page.close();
  return heap;
}

/** Waits for so many games that this system played, beside the long one. */
async function untilRecorded(url: string, count: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/api/games?from=2020-02-01&limit=200`);
    const { games } = (await response.json()) as { games: unknown[] };
    if (games.length >= count) return;
    await sleep(200);
  }
}

async function heapOf(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize;
}
