import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Child } from '@vectra/launcher';
import type { Comparison } from './report.js';

const RECORDER = fileURLToPath(new URL('../../services/recorder/dist/main.js', import.meta.url));
const GAMES = 1_000;
const TICKS = 200;
const COUNTDOWN_ROWS = 150;

/** Old recordings into an empty data folder, and once more into the same, beside reading and parsing their lines. */
export async function benchImport(dir: string): Promise<Comparison[]> {
  const [old, data] = [join(dir, 'old'), join(dir, 'imported')];
  const bytes = await writeRecordings(old);
  const start = performance.now();
  await parseAll(old);
  const baseline = bytes / 1e3 / (performance.now() - start);
  const comparison = (name: string, ours: number): Comparison => ({
    name: `${name}, ${GAMES.toLocaleString('en')} games of ${TICKS} ticks, ${Math.round(bytes / 1e6)} MB`,
    baselineName: 'the files read, and JSON.parse on every line',
    unit: 'MB/s',
    baseline,
    ours,
  });
  return [
    comparison('import of old recordings', await importAll(old, data)),
    comparison('the same once more: nothing is new', await importAll(old, data)),
  ];
}

/** Writes games as the old recorders did; gives the number of bytes. */
async function writeRecordings(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  let bytes = 0;
  for (let game = 0; game < GAMES; game++) {
    const content = linesOf(game).join('');
    bytes += Buffer.byteLength(content);
    await writeFile(join(folder, `game_${String(game).padStart(6, '0')}.jsonl`), content);
  }
  return bytes;
}

function linesOf(game: number): string[] {
  const started = Date.UTC(2025, 9, 30, 12) + game * (COUNTDOWN_ROWS * 100 + TICKS * 250);
  const day = new Date(started).toISOString().slice(0, 10).replaceAll('-', '');
  const game_id = `${day}-${game.toString(16).padStart(16, '0')}`;
  const row = (type: string, ms: number, more: object): string => {
    const timestamp = `${new Date(started + ms).toISOString().slice(0, -1)}000`;
    return `${JSON.stringify({ type, timestamp, game_id, ...more })}\n`;
  };
  const tick = (at: number, price: number, more: object): object => ({
    tick: at,
    price,
    phase: 'ACTIVE_GAMEPLAY',
    rugged: false,
    cooldown_timer: 0,
    trade_count: at,
    ...more,
  });
  const countdown = Array.from({ length: COUNTDOWN_ROWS }, (_, index) =>
    row('tick', index * 100, tick(0, 1, { active: false, cooldown_timer: 15_000 - index * 100 })),
  );
  const play = Array.from({ length: TICKS }, (_, at) => {
    const price = 1 + Math.sin(game + at / 7) / 3;
    return row('tick', 15_000 + at * 250, tick(at, price, { active: true, rugged: at === TICKS - 1 }));
  });
  return [row('game_start', 0, {}), ...countdown, ...play];
}

async function parseAll(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n'))
      if (line !== '') JSON.parse(line);
}

/** Gives MB/s, as the program measures itself. */
async function importAll(folder: string, dataFolder: string): Promise<number> {
  const child = new Child({
    command: process.execPath,
    args: [RECORDER, 'import', '--json', folder],
    env: { PATH: process.env.PATH, RUGS_DATA_DIR: dataFolder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { stdout } = child.process;
  if (stdout === null) throw new Error('expected a pipe');
  const [out, { code }] = await Promise.all([text(stdout), child.exited]);
  if (code !== 0) throw new Error(`the import ended with status ${code}`);
  const report = JSON.parse(out) as { bytes: number; seconds: number; games: { complete: boolean }[] };
  const complete = report.games.filter((game) => game.complete).length;
  if (complete !== GAMES) throw new Error(`expected ${GAMES} complete games, were ${complete}`);
  return report.bytes / 1e6 / report.seconds;
}
