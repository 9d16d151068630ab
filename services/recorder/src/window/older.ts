import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayIndex, gameRecording, legacyLine, type Event, type GameSummary } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { WindowGame } from '@vectra/stream';
import { z } from 'zod';
import { GameBook, type BookedGame } from '../book.js';
import { isFileError, namesIn } from '../disk.js';
import { fill, windowGameOf } from './recentGames.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
/** A path in an index leads nowhere but into the day's own folders. */
const FILE = /^(games|jsonl)\/[A-Za-z0-9_-]+(\.game\.json|\.jsonl)$/;
/** How much of the log is looked through: some two hours of the live game. */
const LOG_EVENTS = 20_000;
const LOG_PAGE = 1_000;

/** The games recorded last, at most `count`, from the files of the newest days. What is damaged is left out and told. */
export async function gamesOnDisk(recordings: string, count: number, log: Logger): Promise<WindowGame[]> {
  const found: WindowGame[] = [];
  const days = (await namesIn(recordings)).filter((name) => DAY.test(name)).reverse();
  for (const day of days) {
    const folder = join(recordings, day);
    for (const summary of await newestOf(folder, log)) {
      if (found.length >= count) return found;
      const game = await readGame(folder, summary, log);
      if (game !== undefined) found.push(game);
    }
  }
  return found;
}

async function newestOf(folder: string, log: Logger): Promise<GameSummary[]> {
  const index = await readable(join(folder, 'index.json'), log, (text) => dayIndex.parse(JSON.parse(text)));
  return index === undefined ? [] : index.games.reverse(); // a day's index is sorted by start
}

async function readGame(folder: string, summary: GameSummary, log: Logger): Promise<WindowGame | undefined> {
  const { file, jsonl } = summary;
  if (!FILE.test(file)) return undefined;
  const game = await readable(join(folder, file), log, (text) => gameRecording.parse(JSON.parse(text)));
  if (game === undefined || game.meta.complete || jsonl === null || !FILE.test(jsonl)) return game;
  // The prices of a game with missing ticks end before the first of them; its lines have those after it.
  const prices = await readable(join(folder, jsonl), log, pricesIn);
  return { meta: game.meta, prices: prices ?? game.prices };
}

function pricesIn(text: string): (number | null)[] {
  const prices: (number | null)[] = [];
  for (const row of text.split('\n')) {
    if (row === '') continue;
    const line = legacyLine.parse(JSON.parse(row));
    if (line.type === 'tick') fill(prices, line.tick, line.price);
  }
  return prices;
}

async function readable<T>(path: string, log: Logger, parse: (text: string) => T): Promise<T | undefined> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    const isDamage = error instanceof SyntaxError || error instanceof z.ZodError;
    if (!isDamage && !isFileError(error)) throw error;
    log.warn({ file: path, reason: error.message }, 'not readable: left out of the last games');
    return undefined;
  }
}

/** What is needed of the log; `EventLog` fits. */
export interface StoredEvents {
  state(): Promise<{ first: number; last: number }>;
  range(from: number, to: number, count: number): Promise<Event[]>;
}

/** The games that were played from start to end in the newest part of the log. */
export async function gamesInLog(events: StoredEvents): Promise<WindowGame[]> {
  const { first, last } = await events.state();
  const book = new GameBook();
  const ended = new Map<string, BookedGame>();
  for (let seq = Math.max(first, last - LOG_EVENTS + 1); seq <= last; seq += LOG_PAGE) {
    for (const event of await events.range(seq, Math.min(last, seq + LOG_PAGE - 1), LOG_PAGE)) {
      for (const game of book.apply(event)) ended.set(game.id, game);
    }
  }
  const running = book.running?.id;
  return [...ended.values()]
    .filter(({ id, events: [first] }) => id !== running && first?.type === 'game.start')
    .map(windowGameOf)
    .filter((game) => game !== undefined);
}
