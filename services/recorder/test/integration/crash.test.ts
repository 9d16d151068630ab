import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePosition, type Draft, type Event, type Position } from '@vectra/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SupersededError } from '../../src/journal.js';
import { rebuild } from '../../src/rebuild.js';
import type { Recorder } from '../../src/recorder.js';
import { GameScript, logOf, STARTED } from '../script.js';
import { owned, recordAll, recorderOn, recordings, segments, silent, temporaryFolder } from './folder.js';

/** What happens to a running recorder after a batch. */
type Fate =
  | { kind: 'goes on' }
  /** Killed: the newest segment ends somewhere in what it wrote, `cut` of 1 of the way from its beginning. */
  | { kind: 'killed'; cut: number; junk: string }
  /** Loses ownership without noticing: it records a further batch after its successor began. */
  | { kind: 'replaced' };

const gameOf = (index: number) =>
  fc.record({
    script: fc
      .array(fc.double({ min: 0.01, max: 50, noNaN: true }), { minLength: 2, maxLength: 12 })
      .map((prices) => {
        const id = `20251207-${String(index).padStart(16, 'a')}`;
        return new GameScript(id, [1, ...prices], STARTED + index * 60_000);
      }),
    joined: fc.nat(3),
    missed: fc.nat(12),
    ending: fc.constantFrom('rugged', 'interrupted', 'interrupted and joined again', 'unseen'),
    seal: fc.constantFrom('verified', 'mismatch', 'hash-only', 'none'),
    healed: fc.boolean(),
  });

type GivenGame = ReturnType<typeof gameOf> extends fc.Arbitrary<infer T> ? T : never;

function playOf({ script, joined, missed, ending }: GivenGame): Draft[] {
  const seen = script.ticks(Math.min(joined, script.rugTick)).filter((_, index) => index !== missed);
  if (ending === 'rugged') return [script.start(joined), ...seen, script.rug()];
  if (ending === 'interrupted') return [script.start(joined), ...seen.slice(0, 3), script.interrupted(3)];
  if (ending === 'unseen') return [script.start(joined), ...seen.slice(0, 3)];
  const again = [script.start(3), ...seen.slice(3), script.rug()];
  return [script.start(joined), ...seen.slice(0, 3), script.interrupted(3), ...again];
}

function afterwardsOf({ script, missed, seal, healed, ending }: GivenGame): Draft[] {
  if (ending === 'unseen') return [];
  const heal = healed ? [script.backfilled(Math.min(missed, script.rugTick), 'gameHistory')] : [];
  return seal === 'none' ? heal : [...heal, script.sealed({ verdict: seal, complete: seal !== 'hash-only' })];
}

/** Games one after the other; what becomes known later comes during the next but one. */
const log: fc.Arbitrary<Event[]> = fc
  .integer({ min: 1, max: 20 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => gameOf(index))))
  .map((games) => {
    const later = [[], [], ...games.map(afterwardsOf)];
    return logOf([...games.map(playOf), [], []].flatMap((play, index) => [...play, ...(later[index] ?? [])]));
  });

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>({ kind: 'goes on' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('killed' as const),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      junk: fc.constantFrom('', '{"v":1,"type":"game.ti', '\0\0\0\0'),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Fate>({ kind: 'replaced' }) },
);

const steps = fc.array(fc.record({ size: fc.integer({ min: 1, max: 40 }), fate }), {
  minLength: 1,
  maxLength: 8,
});

/** A recorder's beginning is written in one step, so a kill can only cut what was appended to it. */
async function cutNewestSegment(folder: string, beginning: number, share: number, junk: string) {
  const newest = (await segments(folder)).at(-1);
  if (newest === undefined) return;
  const { size } = await stat(newest);
  await truncate(newest, Math.round(beginning + share * (size - beginning)));
  const handle = await open(newest, 'a');
  await handle.appendFile(junk);
  await handle.close();
}

async function beginningOf(folder: string): Promise<{ segment: string; bytes: number } | undefined> {
  const segment = (await segments(folder)).at(-1);
  return segment === undefined ? undefined : { segment, bytes: (await readFile(segment)).length };
}

const remaining = (events: readonly Event[], position: Position | undefined) =>
  events.filter(({ id }) => (parsePosition(id)?.seq ?? 0) > (position?.seq ?? 0));

/** Runs recorders one after the other on a folder until every event is recorded. */
async function runDisturbed(folder: string, events: readonly Event[], plan: Plan): Promise<void> {
  const alive: Recorder[] = [];
  let token = 0;
  const begin = async (): Promise<{ recorder: Recorder; rest: Event[] }> => {
    const { recorder } = recorderOn(folder, { segmentBytes: plan.segmentBytes });
    alive.push(recorder);
    return { recorder, rest: remaining(events, await recorder.takeOver((token += 1))) };
  };
  try {
    let { recorder, rest } = await begin();
    let known: Awaited<ReturnType<typeof beginningOf>>;
    for (const { size, fate } of plan.steps) {
      await recorder.record(rest.slice(0, size), owned);
      const now = await beginningOf(folder);
      if (now?.segment !== known?.segment) known = now;
      if (fate.kind === 'goes on') {
        rest = rest.slice(size);
        continue;
      }
      const former = recorder;
      const unseen = rest.slice(size, 2 * size);
      if (fate.kind === 'killed') await cutNewestSegment(folder, known?.bytes ?? 0, fate.cut, fate.junk);
      ({ recorder, rest } = await begin());
      if (fate.kind === 'replaced') await recordUnlessSuperseded(former, unseen);
      known = undefined;
      const restarted = await recordUnlessSuperseded(recorder, rest.slice(0, 1));
      if (!restarted) ({ recorder, rest } = await begin());
      else rest = rest.slice(1);
      known = await beginningOf(folder);
    }
    await recorder.record(rest, owned);
  } finally {
    await Promise.all(alive.map((recorder) => recorder.close()));
  }
}

interface Plan {
  segmentBytes: number;
  steps: readonly { size: number; fate: Fate }[];
}

async function recordUnlessSuperseded(recorder: Recorder, events: readonly Event[]): Promise<boolean> {
  try {
    return await recorder.record(events, owned);
  } catch (error) {
    if (error instanceof SupersededError) return false;
    throw error;
  }
}

it('gives the files of an undisturbed run, however the log is split and wherever recorders are killed or replaced', async () => {
  const root = await temporaryFolder();
  let runs = 0;
  const plan = fc.record({ steps, segmentBytes: fc.constantFrom(1, 2_000, 20_000, 1_000_000) });
  await fc.assert(
    fc.asyncProperty(log, plan, async (events, given) => {
      const [calm, disturbed] = [join(root, `calm-${runs}`), join(root, `disturbed-${runs}`)];
      runs += 1;
      await recordAll(calm, events);
      await runDisturbed(disturbed, events, given);
      const expected = await recordings(calm);
      expect(await recordings(disturbed)).toEqual(expected);
      await rm(join(disturbed, 'recordings'), { recursive: true, force: true });
      await rebuild(disturbed, silent);
      expect(await recordings(disturbed)).toEqual(expected);
      await rm(calm, { recursive: true });
      await rm(disturbed, { recursive: true });
    }),
    { numRuns: 40 },
  );
});
