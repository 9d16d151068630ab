import type { Chance } from '../../faults/chance.js';

export const KINDS = ['killed', 'restarted', 'paused', 'cut off'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that is done to one container. */
export interface Fault {
  /** Its name, as `feed-2`. */
  container: string;
  kind: Kind;
  /** How long it is dead, frozen or without any network; 0 for a restart, which takes what it takes. */
  ms: number;
}

/** Shorter and longer than a lease of 4 s. */
const SHORT_MS = [200, 2_000] as const;
const LONG_MS = [4_500, 9_000] as const;
/** One time in so many, two happen at once. */
const TWO_AT_ONCE = 5;

/**
 * Draws faults: every kind for every container before any comes again, as cards from a shuffled pack. What is in one list happens at the
 * same time, to different containers.
 */
export function drawFaults(containers: readonly string[], count: number, chance: Chance): Fault[][] {
  const pack: { container: string; kind: Kind }[] = [];
  const draw = (): Fault => {
    if (pack.length === 0)
      for (const container of containers) for (const kind of KINDS) pack.push({ container, kind });
    const [card] = pack.splice(chance.between(0, pack.length - 1), 1);
    if (card === undefined) throw new RangeError('expected a container');
    const [least, most] = chance.pick([SHORT_MS, LONG_MS]);
    return { ...card, ms: card.kind === 'restarted' ? 0 : chance.between(least, most) };
  };
  const rounds: Fault[][] = [];
  for (let drawn = 0; drawn < count; drawn++) {
    const fault = draw();
    const round = rounds.at(-1);
    const joins = round?.length === 1 && chance.between(1, TWO_AT_ONCE) === 1;
    if (joins && round[0]?.container !== fault.container) round.push(fault);
    else rounds.push([fault]);
  }
  return rounds;
}
