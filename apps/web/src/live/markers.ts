import type { SeriesMarker } from 'lightweight-charts';
import type { TickMarks } from '../connection/state.js';
import type { Colours } from './pen.js';

/** A marker grows with how often something was done, up to this often. */
const OFTEN = 16;
const SIZES = { least: 0.5, most: 1.3 };

const SHAPES = {
  buys: { position: 'belowBar', shape: 'arrowUp', colour: '--gain' },
  sells: { position: 'aboveBar', shape: 'arrowDown', colour: '--loss' },
  sidebets: { position: 'aboveBar', shape: 'square', colour: '--moon' },
} as const;
const KINDS = ['buys', 'sells', 'sidebets'] as const;

const RUG = { position: 'inBar', shape: 'circle', size: 1.6, text: 'RUGGED' } as const;

interface MarkersOf {
  marks: readonly TickMarks[];
  /** How many ticks wide the chart is. */
  width: number;
  /** Into so many parts it is divided, in each of which what players did is one marker of a kind. */
  places: number;
  /** How many ticks a point of the chart stands for. */
  step: number;
  /** null while it is not on the chart. */
  rugTick: number | null;
}

/** What players did, as few markers as leave the price legible, and the rug. In the order of their ticks. */
export function markersOf(
  { marks, width, places, step, rugTick }: MarkersOf,
  colour: Colours,
): SeriesMarker<number>[] {
  const place = step * Math.max(1, Math.ceil(width / (step * places)));
  const markers = gathered(marks, place).flatMap((mark) =>
    KINDS.filter((kind) => mark[kind] > 0).map((kind) => {
      const { position, shape, colour: name } = SHAPES[kind];
      return { time: mark.tick, position, shape, color: colour(name), size: sizeOf(mark[kind]) };
    }),
  );
  if (rugTick === null) return markers;
  const rug = { ...RUG, time: rugTick - (rugTick % step), color: colour('--rug') };
  return [...markers, rug].sort((a, b) => a.time - b.time);
}

/** The marks of every so many ticks as one, at the first of these ticks. */
export function gathered(marks: readonly TickMarks[], ticks: number): TickMarks[] {
  const places: TickMarks[] = [];
  for (const mark of marks) {
    const tick = mark.tick - (mark.tick % ticks);
    const last = places.at(-1);
    if (last?.tick !== tick) places.push({ ...mark, tick });
    else for (const kind of KINDS) last[kind] += mark[kind];
  }
  return places;
}

function sizeOf(count: number): number {
  const share = Math.min(1, Math.log(count) / Math.log(OFTEN));
  return SIZES.least + share * (SIZES.most - SIZES.least);
}
