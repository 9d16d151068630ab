import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft, Event } from '@vectra/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rebuild } from '../../src/rebuild.js';
import { GameScript, logOf, STARTED } from '../script.js';
import { plans, runDisturbed } from './disturbed.js';
import { recordAll, recordings, silent, temporaryFolder } from './folder.js';

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

it('gives the files of an undisturbed run, however the log is split and wherever recorders are killed or replaced', async () => {
  const root = await temporaryFolder();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(log, plans, async (events, given) => {
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
