/** The coordinates of every drawing; it is stretched to its place. */
export const WIDTH = 1_000;
export const HEIGHT = 100;
/** More points than that no screen can show. */
const MOST_POINTS = 600;
/** Bars of a distribution. */
const BINS = 41;

export interface Line {
  name: string;
  /** `values[k]` after k games. */
  values: ArrayLike<number>;
}

/** Lines as paths of an SVG of WIDTH by HEIGHT. */
export interface Drawing {
  /** One a line, in their order. */
  paths: { name: string; line: string; area: string }[];
  /** Round values, and how far from the top they are, in percent. */
  ticks: { value: number; at: number }[];
  /** The same of the base. */
  base: number;
  /** How many games the longest line has. */
  games: number;
}

/** @param base a value that is always in sight, and down to which areas are filled. */
export function drawingOf(lines: readonly Line[], base: number): Drawing {
  const thin = lines.map(({ values }) => thinned(values));
  const all = thin.flat();
  const low = all.reduce((lowest, point) => Math.min(lowest, point.low), base);
  const high = all.reduce((highest, point) => Math.max(highest, point.high), base);
  const y = (value: number): number => (1 - (value - low) / (high - low || 1)) * HEIGHT;
  const games = Math.max(1, ...lines.map(({ values }) => values.length - 1));
  const x = (index: number): number => (index / games) * WIDTH;
  const paths = thin.map((points, index) => {
    const line = pathOf(points, x, y);
    const ends = [points.at(-1), points[0]].map(
      (point) => `L${x(point?.index ?? 0).toFixed(1)} ${y(base).toFixed(2)}`,
    );
    return { name: lines[index]?.name ?? '', line, area: line === '' ? '' : `${line}${ends.join('')}Z` };
  });
  const ticks = niceTicks(low, high).map((value) => ({ value, at: y(value) }));
  return { paths, ticks, base: y(base), games };
}

/** How often which value came. */
export interface Distribution {
  low: number;
  high: number;
  /** From low to high; `share` of the most frequent, by roots, so that rare ones are seen beside thousands. */
  bars: { from: number; to: number; games: number; share: number }[];
}

/** null without values. */
export function distributionOf(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const low = values.reduce((lowest, value) => Math.min(lowest, value), 0);
  const high = values.reduce((highest, value) => Math.max(highest, value), 0);
  const width = (high - low || 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const bars = counts.map((games, bin) => ({
    ...{ from: low + bin * width, to: low + (bin + 1) * width, games },
    share: Math.sqrt(games / most),
  }));
  return { low, high, bars };
}

interface Point {
  index: number;
  low: number;
  high: number;
}

/** Of many values in a column of the screen, the lowest and the highest: none is hidden. */
function thinned(values: ArrayLike<number>): Point[] {
  const group = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: Point[] = [];
  for (let index = 0; index < values.length; index += group) {
    let [low, high] = [Infinity, -Infinity];
    for (let at = index; at < Math.min(index + group, values.length); at++) {
      low = Math.min(low, values[at] ?? low);
      high = Math.max(high, values[at] ?? high);
    }
    points.push({ index, low, high });
  }
  const last = values.length - 1;
  const [end] = [values[last]];
  // The end is what one reads first: it is drawn as it is, at its place.
  if (group > 1 && end !== undefined) points.push({ index: last, low: end, high: end });
  return points;
}

function pathOf(
  points: readonly Point[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const steps = points.flatMap(({ index, low, high }) =>
    low === high
      ? [[index, low]]
      : [
          [index, low],
          [index, high],
        ],
  );
  return steps
    .map(
      ([index = 0, value = 0], order) =>
        `${order === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(2)}`,
    )
    .join('');
}

/** Three to six round values from `low` to `high`. */
export function niceTicks(low: number, high: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}
