import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { dayIndex, encodeEvent, parsePosition, type GameRecording } from '@vectra/protocol';
import { readJournal } from '../../services/recorder/src/journal.js';
import { filesBelow } from '../harness.js';
import { gameIdOf, gamesThrough, markIn, pricesOf, textAt } from '../processes/src/story.js';
import { tally, type Tally } from './tally.js';

const PAGE = 5_000;

/** What is published. */
export interface Published {
  epoch: string;
  last: number;
  /** The oldest that was not trimmed; 1 unless told. */
  first?: number;
  /** Which writer's event the log has, by seq: the same one must be everywhere. Filled in by `tallyLog`. */
  marks?: Map<number, number>;
}

/** Every entry of the stream. */
export async function tallyLog(redis: Redis, published: Published): Promise<Tally> {
  const { epoch, last, first = 1, marks } = published;
  const seqs: number[] = [];
  let altered = 0;
  let foreign = 0;
  for (let from = '-'; ;) {
    const page = await redis.xrange('{rugs}:events', from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) {
      const seq = Number.parseInt(id, 10);
      if (id !== `${seq}-0`) foreign++;
      else seqs.push(seq);
      const text = fields[5] ?? '';
      const mark = markIn(text);
      if (text !== textAt(epoch, seq, mark)) altered++;
      marks?.set(seq, mark);
    }
    const end = page.at(-1)?.[0];
    if (end === undefined || page.length < PAGE) break;
    from = `(${end}`;
  }
  const result = tally(seqs, last, first);
  return { ...result, altered, foreign: result.foreign + foreign };
}

const silent = pino({ level: 'silent' });

/** Every line of the recorder's journal: gaps and damage count as foreign. */
export async function tallyJournal(dataDir: string, published: Published): Promise<Tally> {
  const { epoch, last, marks } = published;
  const seqs: number[] = [];
  let altered = 0;
  let foreign = 0;
  for await (const line of readJournal(join(dataDir, 'journal'), silent)) {
    if (line.kind === 'event') {
      const { seq } = line.event;
      const text = encodeEvent(line.event);
      seqs.push(seq);
      if (text !== textAt(epoch, seq, marks?.get(seq) ?? markIn(text))) altered++;
    } else if (line.kind !== 'header' && line.kind !== 'carried') foreign++;
  }
  const result = tally(seqs, last);
  return { ...result, altered, foreign: result.foreign + foreign };
}

/** The games' files: `events` counts games, each of which must have one file set with exactly its prices. */
export async function tallyFiles(dataDir: string, last: number): Promise<Tally> {
  const games = gamesThrough(last);
  const wanted = new Map(Array.from({ length: games }, (_, game) => [gameIdOf(game), game] as const));
  const files = await filesBelow(join(dataDir, 'recordings'));
  const found: number[] = [];
  let altered = 0;
  let foreign = 0;
  let listed = 0;
  let lines = 0;
  for (const [path, text] of files) {
    if (path.endsWith('index.json')) listed += dayIndex.parse(JSON.parse(text)).games.length;
    else if (path.endsWith('.jsonl')) lines++;
    else if (path.endsWith('.game.json')) {
      const { meta, prices } = JSON.parse(text) as GameRecording;
      const game = wanted.get(meta.game_id);
      if (game === undefined) foreign++;
      else {
        found.push(game + 1);
        const same = JSON.stringify(prices) === JSON.stringify(pricesOf(game).map(Number));
        if (!same || !meta.complete) altered++;
      }
    } else foreign++;
  }
  // Their order on disk means nothing.
  const result = tally(
    found.sort((a, b) => a - b),
    games,
  );
  const unlisted = Math.abs(listed - found.length) + Math.abs(lines - found.length);
  return { ...result, altered, foreign: foreign + unlisted };
}

/**
 * The lines of a bot's file. What an owner wrote after the next one had begun does not count, as in any store that is
 * fenced.
 *
 * @param unacknowledged how many events an owner may write again at most: a batch that the one before it was killed with.
 */
export function tallyBot(file: string, epoch: string, last: number, unacknowledged = 0): Tally {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const seqs: number[] = [];
  let owner = '';
  let isFirst = true;
  let foreign = 0;
  for (const line of text.split('\n')) {
    const [, by, what] = /^(\S+) (begins|[0-9a-f]+:\d+)$/.exec(line) ?? [];
    if (by === undefined || what === undefined) continue; // cut off by a kill
    if (what === 'begins') {
      owner = by;
      isFirst = true;
    } else if (by === owner) {
      const { epoch: of, seq } = parsePosition(what) ?? { epoch: '', seq: 0 };
      if (of !== epoch) foreign++;
      const repeated = (seqs.at(-1) ?? 0) - seq + 1;
      if (isFirst && repeated > 0 && repeated <= unacknowledged) seqs.splice(-repeated);
      isFirst = false;
      seqs.push(seq);
    }
  }
  const result = tally(seqs, last);
  return { ...result, foreign: result.foreign + foreign };
}

/** Every event in the files of a shared group's consumers; events may be there more than once. */
export function seqsIn(files: readonly string[]): Set<number> {
  const texts = files.filter(existsSync).map((file) => readFileSync(file, 'utf8'));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/ [0-9a-f]+:(\d+)\n/g)].map(([, seq]) => Number(seq))),
  );
}
