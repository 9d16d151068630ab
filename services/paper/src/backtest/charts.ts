/** Charts as SVG with labels as text around them, so that they can be read at any width; in the page's own colours. Pure. */
import { count, escaped, figure } from '../format.js';

/** The coordinates of every drawing; it is stretched to its place. */
const WIDTH = 1_000;
const HEIGHT = 100;
/** More points than that no screen can show. */
const MOST_POINTS = 1_200;
const BINS = 41;

export interface Line {
  name: string;
  /** `values[k]` after k games. */
  values: readonly number[];
}

interface CurveOptions {
  label: string;
  /** Drawn as a line across. */
  base: number;
  /** How a value is written at the edge. */
  show?: (value: number) => string;
  /** The area between the line and the base is filled. */
  filled?: boolean;
}

/** Lines over games, up to six told apart by colour. */
export function curves(
  lines: readonly Line[],
  { label, base, show = figure, filled = false }: CurveOptions,
): string {
  const thin = lines.map(({ values }) => thinned(values));
  const all = thin.flat();
  const low = all.reduce((lowest, point) => Math.min(lowest, point.low), base);
  const high = all.reduce((highest, point) => Math.max(highest, point.high), base);
  const y = scale(low, high);
  const most = Math.max(1, ...lines.map(({ values }) => values.length - 1));
  const x = (index: number): number => (index / most) * WIDTH;
  const drawn = thin.map((points, index) => {
    const path = pathOf(points, x, y);
    const [first, last] = [points[0], points.at(-1)];
    const area =
      filled && first !== undefined && last !== undefined
        ? `<path class="area" d="${path}L${x(last.index).toFixed(1)} ${y(base).toFixed(2)}L${x(first.index).toFixed(1)} ${y(base).toFixed(2)}Z"/>`
        : '';
    return `${area}<path class="line c${index % 6}" d="${path}"/>`;
  });
  const legend =
    lines.length < 2
      ? ''
      : `<figcaption>${lines.map(({ name }, index) => `<span class="key c${index % 6}">${escaped(name)}</span>`).join('')}</figcaption>`;
  return chart(label, {
    drawing: `${across(y(base), 'base')}${drawn.join('')}`,
    ticks: niceTicks(low, high).map((value) => ({ text: show(value), at: y(value) })),
    edges: ['0', `${count(most)} games`],
    legend,
  });
}

/** How often which value came. */
export function histogram(values: readonly number[], label: string): string {
  if (values.length === 0) return '<p class="soft">Nothing was staked.</p>';
  const low = values.reduce((lowest, value) => Math.min(lowest, value), 0);
  const high = values.reduce((highest, value) => Math.max(highest, value), 0);
  const width = (high - low || 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // By their roots: a few rare wins are to be seen beside thousands of small losses.
  const most = Math.max(...counts);
  const y = (games: number): number => (1 - Math.sqrt(games / most)) * HEIGHT;
  const step = WIDTH / BINS;
  const bars = counts.map((games, bin) => {
    const middle = low + (bin + 0.5) * width;
    const said = `${count(games)} games: ${figure(low + bin * width)} to ${figure(low + (bin + 1) * width)} SOL`;
    return `<rect class="${middle < 0 ? 'loss' : 'gain'}" x="${(bin * step).toFixed(1)}" y="${y(games).toFixed(2)}" width="${(step - 3).toFixed(1)}" height="${(HEIGHT - y(games)).toFixed(2)}"><title>${said}</title></rect>`;
  });
  const marks = [...new Set([most, Math.round(most / 4), Math.round(most / 25)])].filter(
    (games) => games > 0,
  );
  return chart(label, {
    drawing: bars.join(''),
    ticks: marks.map((games) => ({ text: count(games), at: y(games) })),
    edges: [`${figure(low)} SOL`, `${figure(high)} SOL`],
    legend: '',
  });
}

interface Chart {
  drawing: string;
  ticks: { text: string; at: number }[];
  edges: [string, string];
  legend: string;
}

function chart(label: string, { drawing, ticks, edges, legend }: Chart): string {
  const grid = ticks.map(({ at }) => across(at, 'grid')).join('');
  const names = ticks.map(({ text, at }) => `<span style="top:${at.toFixed(1)}%">${text}</span>`).join('');
  return `<figure role="img" aria-label="${escaped(label)}">
<div class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${grid}${drawing}</svg>${names}</div>
<div class="edges"><span>${edges[0]}</span><span>${edges[1]}</span></div>${legend}
</figure>`;
}

function across(at: number, kind: string): string {
  return `<line class="${kind}" x1="0" x2="${WIDTH}" y1="${at.toFixed(2)}" y2="${at.toFixed(2)}"/>`;
}

function pathOf(
  points: readonly Point[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return points
    .flatMap(({ index, low, high }) =>
      low === high
        ? [[index, low]]
        : [
            [index, low],
            [index, high],
          ],
    )
    .map(
      ([index = 0, value = 0], order) =>
        `${order === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(2)}`,
    )
    .join('');
}

function scale(low: number, high: number): (value: number) => number {
  const span = high - low || 1;
  return (value) => (1 - (value - low) / span) * HEIGHT;
}

/** Four to six round values from `low` to `high`. */
export function niceTicks(low: number, high: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

interface Point {
  index: number;
  low: number;
  high: number;
}

/** Of many values in a column of the screen, the lowest and the highest: none is hidden. */
function thinned(values: readonly number[]): Point[] {
  const group = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: Point[] = [];
  for (let index = 0; index < values.length; index += group) {
    const part = values.slice(index, index + group);
    points.push({ index, low: Math.min(...part), high: Math.max(...part) });
  }
  return points;
}

/** A dot a pair: `[x, y]`. Both axes have a line at 0. */
export function scatter(
  dots: readonly (readonly [number, number])[],
  { label, show }: { label: string; show: (value: number) => string },
): string {
  if (dots.length === 0) return '<p class="soft">There is nothing to show.</p>';
  const bounds = (axis: 0 | 1): [number, number] => [
    dots.reduce((low, dot) => Math.min(low, dot[axis]), 0),
    dots.reduce((high, dot) => Math.max(high, dot[axis]), 0),
  ];
  const [[left, right], [low, high]] = [bounds(0), bounds(1)];
  const [fromRight, y] = [scale(left, right), scale(low, high)];
  const x = (value: number): number => WIDTH - (fromRight(value) / HEIGHT) * WIDTH;
  const drawn = dots.map(([a, b]) => `<path class="dot" d="M${x(a).toFixed(1)} ${y(b).toFixed(2)}h0"/>`);
  const upright = `<line class="base" x1="${x(0).toFixed(1)}" x2="${x(0).toFixed(1)}" y1="0" y2="${HEIGHT}"/>`;
  return chart(label, {
    drawing: `${across(y(0), 'base')}${upright}${drawn.join('')}`,
    ticks: niceTicks(low, high).map((value) => ({ text: show(value), at: y(value) })),
    edges: [`training ${show(left)}`, show(right)],
    legend: '',
  });
}
