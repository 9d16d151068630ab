import { open, readFile, stat, truncate } from 'node:fs/promises';
import { parsePosition, type Event, type Position } from '@vectra/protocol';
import fc from 'fast-check';
import { SupersededError } from '../../src/journal.js';
import type { Recorder } from '../../src/recorder.js';
import { owned, recorderOn, segments } from './folder.js';

/** What happens to a running recorder after a batch. */
type Fate =
  | { kind: 'goes on' }
  /** Killed: the newest segment ends somewhere in what it wrote, `cut` of 1 of the way from its beginning. */
  | { kind: 'killed'; cut: number; junk: string }
  /** Loses ownership without noticing: it records a further batch after its successor began. */
  | { kind: 'replaced' };

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
export async function runDisturbed(folder: string, events: readonly Event[], plan: Plan): Promise<void> {
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

export interface Plan {
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

/** How a run is disturbed. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  steps,
  segmentBytes: fc.constantFrom(1, 2_000, 20_000, 1_000_000),
});
