import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRetention, type Unit } from '../../../src/retention/plan.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const DAY = 86_400_000;
const unit = (kind: Unit['kind'], daysAgo: number, bytes = 100, kept: string | null = null): Unit => ({
  ...{
    kind,
    name: `${kind} ${daysAgo}`,
    paths: [`/data/${kind}/${daysAgo}`],
    bytes,
    at: NOW - daysAgo * DAY,
    kept,
  },
});
const names = (units: readonly Unit[]): string[] => units.map(({ name }) => name);

describe('what is kept', () => {
  it('is all, without a limit', () => {
    expect(planRetention([unit('segment', 900), unit('day', 900)], {}, NOW)).toEqual({
      deletions: [],
      alarm: null,
    });
  });

  it('is what is not older than the limit', () => {
    const units = [
      unit('day', 5),
      unit('segment', 40),
      unit('capture', 31),
      unit('day', 30),
      unit('segment', 2),
    ];
    const { deletions } = planRetention(units, { maxAgeMs: 30 * DAY }, NOW);
    expect(names(deletions)).toEqual(['segment 40', 'capture 31']);
  });

  it('is as much as is allowed: the journal goes before the files that were derived from it, then the oldest', () => {
    const units = [
      unit('day', 9),
      unit('day', 8),
      unit('segment', 2),
      unit('segment', 1),
      unit('capture', 10),
    ];
    const { deletions, alarm } = planRetention(units, { maxBytes: 150 }, NOW);
    expect(names(deletions)).toEqual(['segment 2', 'segment 1', 'capture 10', 'day 9']);
    expect(alarm).toBeNull();
  });

  it('stays more than is allowed when it must, with an alarm that says why', () => {
    const units = [
      unit('segment', 3, 2 ** 30, 'the journal is not all in the event store yet'),
      unit('day', 4),
    ];
    const { deletions, alarm } = planRetention(units, { maxBytes: 2 ** 29 }, NOW);
    expect(names(deletions)).toEqual(['day 4']);
    expect(alarm).toBe(
      '1.00 GB are kept although RECORDER_RETENTION_GB allows 0.50 GB: the journal is not all in the event store yet',
    );
  });

  it('never loses what must stay, and nothing more than the limits ask for', () => {
    const units = fc.array(
      fc.record({
        kind: fc.constantFrom<Unit['kind']>('segment', 'day', 'capture'),
        daysAgo: fc.nat({ max: 60 }),
        bytes: fc.nat({ max: 1_000 }),
        kept: fc.constantFrom(null, 'it must stay'),
      }),
      { maxLength: 40 },
    );
    const limits = fc.record({
      maxAgeMs: fc.option(
        fc.nat({ max: 60 }).map((days) => days * DAY),
        { nil: undefined },
      ),
      maxBytes: fc.option(fc.nat({ max: 20_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(units, limits, (given, { maxAgeMs, maxBytes }) => {
        const all = given.map(({ kind, daysAgo, bytes, kept }) => unit(kind, daysAgo, bytes, kept));
        const { deletions, alarm } = planRetention(all, { maxAgeMs, maxBytes }, NOW);
        expect(deletions.every(({ kept }) => kept === null)).toBe(true);
        const left = all.filter((one) => !deletions.includes(one));
        const bytes = left.reduce((sum, one) => sum + one.bytes, 0);
        const isOld = ({ at }: Unit): boolean => maxAgeMs !== undefined && NOW - at > maxAgeMs;
        expect(left.filter((one) => one.kept === null).some(isOld)).toBe(false);
        if (maxBytes !== undefined && bytes > maxBytes) {
          expect(left.every(({ kept }) => kept !== null)).toBe(true);
          expect(alarm).not.toBeNull();
        } else expect(alarm).toBeNull();
        // Without the last one that went for its size, it would be too much.
        const last = deletions.findLast((one) => !isOld(one));
        if (last !== undefined && maxBytes !== undefined)
          expect(bytes + last.bytes).toBeGreaterThan(maxBytes);
      }),
    );
  });
});
