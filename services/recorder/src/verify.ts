import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkSeed } from '@vectra/game';
import { dayIndex, gameRecording, type GameRecording } from '@vectra/protocol';
import { reasonOf } from '@vectra/service-kit';
import { z } from 'zod';
import { hasCode, namesIn } from './disk.js';

/**
 * `verified`: every price before the rug was derived again from the seed, and is equal. `hash-only`: the seed fits its hash, and
 * there is no price to compare. `no seed`: nothing to compare with. `mismatch`: the recording disagrees with its seed or with
 * itself. `unreadable`: it is no recording.
 */
export const VERDICTS = ['verified', 'hash-only', 'no seed', 'mismatch', 'unreadable'] as const;
export type RecordingVerdict = (typeof VERDICTS)[number];

export interface VerifiedFile {
  path: string;
  gameId: string | null;
  /** Prices it holds. */
  ticks: number | null;
  verdict: RecordingVerdict;
  /** What is wrong with it, in words. */
  problems: string[];
}

const RECORDING = '.game.json';
const INDEX = 'index.json';

/** Checks a recording against its seed, and its `meta` against its prices. */
export function verifyRecording(recording: GameRecording): Pick<VerifiedFile, 'verdict' | 'problems'> {
  const { meta, prices } = recording;
  const problems = contradictions(recording);
  const { game_id: gameId, server_seed: serverSeed, server_seed_hash: serverSeedHash } = meta;
  if (serverSeed === null) {
    if (meta.verified !== null) problems.push(`"verified" is ${meta.verified}, and there is no seed`);
    return { verdict: problems.length > 0 ? 'mismatch' : 'no seed', problems };
  }
  const check = checkSeed(gameId, { serverSeed, serverSeedHash, version: null }, prices);
  problems.push(...check.problems);
  const { rugged, rugTick } = check.derived;
  if (rugged && meta.rug_tick !== null && meta.rug_tick !== rugTick)
    problems.push(`"rug_tick" is ${meta.rug_tick}, the seed's game ends at tick ${rugTick}`);
  if (meta.verified === true && check.verdict === 'mismatch')
    problems.push('"verified" is true, and it is not');
  return { verdict: problems.length > 0 ? 'mismatch' : check.verdict, problems };
}

/** Where `meta` and the prices contradict each other, in words. */
function contradictions({ meta, prices }: GameRecording): string[] {
  const problems: string[] = [];
  const expect = (name: keyof typeof meta, expected: number): void => {
    if (meta[name] !== expected)
      problems.push(`"${name}" is ${String(meta[name])}, the prices say ${expected}`);
  };
  const peak = prices.reduce((highest, price) => Math.max(highest, price), 0);
  expect('duration_ticks', Math.max(0, prices.length - 1));
  if (meta.complete) {
    expect('rug_tick', prices.length - 1);
    expect('peak_multiplier', peak);
  } else {
    // The peak may lie behind the first unknown tick, where the prices of an incomplete game end.
    if (meta.peak_multiplier < peak) expect('peak_multiplier', peak);
    if (meta.rug_tick !== null && prices.length > meta.rug_tick)
      problems.push(`"complete" is false, and every tick up to the rug at ${meta.rug_tick} is there`);
  }
  if (meta.backfilled_ticks > 0 && meta.complete && meta.backfilled_ticks > prices.length)
    problems.push(`"backfilled_ticks" is ${meta.backfilled_ticks}, there are ${prices.length} prices`);
  return problems;
}

/**
 * Verifies a file, or every `.game.json` and `index.json` below a folder, in the order of their names. Indexes are told of only
 * when something is wrong with them.
 *
 * @throws ENOENT and other errors of the file system when the path cannot be read.
 */
export async function* verifyPath(path: string): AsyncGenerator<VerifiedFile> {
  if (!(await stat(path)).isDirectory()) {
    yield basename(path) === INDEX ? await verifyIndex(path) : (await verifyFile(path)).file;
    return;
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const each of paths.filter((name) => name.endsWith(RECORDING))) yield (await verifyFile(each)).file;
  for (const each of paths.filter((name) => basename(name) === INDEX)) {
    const index = await verifyIndex(each);
    if (index.problems.length > 0) yield index;
  }
}

async function verifyFile(path: string): Promise<{ file: VerifiedFile; recording?: GameRecording }> {
  const read = await readJson(path, gameRecording);
  if (!read.ok)
    return { file: { path, gameId: null, ticks: null, verdict: 'unreadable', problems: [read.problem] } };
  const recording = read.value;
  const { game_id: gameId } = recording.meta;
  const { verdict, problems } = verifyRecording(recording);
  const named =
    basename(path).endsWith(`_${gameId.slice(-8)}${RECORDING}`) || !basename(path).endsWith(RECORDING);
  if (!named) problems.push(`the file is not named by its game`);
  const file = { path, gameId, ticks: recording.prices.length, problems };
  return { file: { ...file, verdict: named ? verdict : 'mismatch' }, recording };
}

/** Compares a day's index with the recordings beside it. */
async function verifyIndex(path: string): Promise<VerifiedFile> {
  const file = { path, gameId: null, ticks: null };
  const read = await readJson(path, dayIndex);
  if (!read.ok) return { ...file, verdict: 'unreadable', problems: [read.problem] };
  const problems: string[] = [];
  const games = join(dirname(path), 'games');
  const names = new Set((await namesIn(games)).filter((name) => name.endsWith(RECORDING)));
  for (const { file: listed, jsonl, ...meta } of read.value.games) {
    const name = basename(listed);
    if (!names.delete(name)) problems.push(`lists ${name}, which is not there`);
    else {
      const recording = await readJson(join(games, name), gameRecording);
      if (recording.ok && !sameMeta(recording.value.meta, meta)) problems.push(`says otherwise than ${name}`);
    }
    if (
      jsonl !== null &&
      (await stat(join(dirname(path), 'jsonl', basename(jsonl))).catch(noFile)) === undefined
    )
      problems.push(`lists ${jsonl}, which is not there`);
  }
  for (const name of names)
    if ((await readJson(join(games, name), gameRecording)).ok) problems.push(`does not list ${name}`);
  return { ...file, verdict: problems.length > 0 ? 'mismatch' : 'verified', problems };
}

function sameMeta(a: GameRecording['meta'], b: GameRecording['meta']): boolean {
  return (Object.keys(a) as (keyof typeof a)[]).every((key) => a[key] === b[key]);
}

type Read<T> = { ok: true; value: T } | { ok: false; problem: string };

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<Read<T>> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return { ok: true, value: parsed.data };
    return { ok: false, problem: z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ') };
  } catch (error) {
    return { ok: false, problem: reasonOf(error) };
  }
}

/** There is no such file: undefined. */
function noFile(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}
