import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LocalSystem } from '@vectra/launcher';
import type { GameRecording, GameSummary } from '@vectra/protocol';
import { chromium, type Browser, type Page } from 'playwright-core';

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

export interface WebFigures {
  /** Milliseconds from one frame to the next. */
  frames: { kind: string; count: number; p50: number; p99: number; longest: number }[];
  /** Bytes of JavaScript's heap after a forced collection, after so many games. */
  heap: { games: number; bytes: number }[];
}

/** The web app in Chromium without a GPU, on the whole system of generated games at a hundred times their speed. */
export async function benchWeb(dir: string): Promise<WebFigures> {
  const dataDir = join(dir, 'web');
  const gameId = await writeLongGame(dataDir);
  const names = ['FEED', 'GATEWAY', 'PAPER', 'RECORDER', 'SIMULATOR', 'STANDALONE_REDIS'];
  const ports = await Promise.all(names.map(async (name) => [`${name}_PORT`, String(await freePort())]));
  const system = await LocalSystem.start({
    demo: true,
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'error', SIMULATOR_SPEED: '100' },
      ...{ RUGS_DATA_DIR: dataDir, FEED_DATA_DIR: join(dir, 'web-feed') },
      ...Object.fromEntries(ports),
    },
    say: () => undefined,
    stdio: 'ignore',
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const url = system.url('gateway');
    const heap = await measureHeap(browser, url);
    system.child('simulator').signal('SIGSTOP'); // a recorded game is all that moves
    const frames = [];
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

async function measureFrames(
  browser: Browser,
  { url, gameId, kind }: { url: string; gameId: string; kind: string },
): Promise<WebFigures['frames'][number]> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${url}/#/live/${gameId}?tick=${TICKS - MEASURED_TICKS}`);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption(String(SPEED));
  if (kind === 'candles') await page.getByRole('button', { name: 'Candles' }).click();
  await sleep(1_000);
  const times = await page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        const frame = (now: number): void => {
          found.push(now);
          if (now - (found[0] ?? now) < ms) requestAnimationFrame(frame);
          else resolve(found);
        };
        requestAnimationFrame(frame);
      }),
    ((MEASURED_TICKS - 100) * TICK_MS) / SPEED,
  );
  const tick = Number(await page.getByRole('slider', { name: 'Tick' }).inputValue());
  await page.close();
  if (tick < TICKS - MEASURED_TICKS / 2)
    throw new Error(`expected the game to be played, was at tick ${tick}`);
  const spans = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = spans.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { kind, count: spans.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
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
