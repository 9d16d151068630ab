/** Charts as SVG, drawn with the page's own colours. Pure. */

const WIDTH = 900;
const HEIGHT = 240;
const MARGIN = { left: 64, right: 12, top: 12, bottom: 28 };
const INNER = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
/** More points than that no screen can show. */
const MOST_POINTS = 1_200;
const BINS = 41;

/** A line over games: `values[k]` after k games. `base` is drawn as a line across. */
export function curve(values: readonly number[], base: number, label: string): string {
  const shown = thinned(values);
  const low = Math.min(base, ...shown.map(({ low: lowest }) => lowest));
  const high = Math.max(base, ...shown.map(({ high: highest }) => highest));
  const y = scale(low, high);
  const x = (index: number): number => MARGIN.left + (index / Math.max(1, values.length - 1)) * INNER.width;
  const path = shown
    .flatMap(({ index, low: lowest, high: highest }) =>
      lowest === highest
        ? [[x(index), y(lowest)]]
        : [
            [x(index), y(lowest)],
            [x(index), y(highest)],
          ],
    )
    .map(([at = 0, value = 0], order) => `${order === 0 ? 'M' : 'L'}${at.toFixed(1)} ${value.toFixed(1)}`)
    .join('');
  return svg(
    label,
    `${grid(low, high)}
<line class="base" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(base).toFixed(1)}" y2="${y(base).toFixed(1)}"/>
<path class="line" d="${path}"/>
<text x="${MARGIN.left}" y="${HEIGHT - 8}">0</text>
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end">${(values.length - 1).toLocaleString('en')} games</text>`,
  );
}

/** How often which value came. */
export function histogram(values: readonly number[], label: string): string {
  if (values.length === 0) return '';
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const width = (high - low || 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // By their roots: a few rare wins are to be seen beside thousands of small losses.
  const most = Math.sqrt(Math.max(...counts));
  const step = INNER.width / BINS;
  const bars = counts.map((count, bin) => {
    const height = (Math.sqrt(count) / most) * INNER.height;
    const middle = low + (bin + 0.5) * width;
    const [x, y] = [MARGIN.left + bin * step, MARGIN.top + INNER.height - height];
    return `<rect class="${middle < 0 ? 'loss' : 'gain'}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(step - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${count.toLocaleString('en')} games: ${figure(low + bin * width)} to ${figure(low + (bin + 1) * width)} SOL</title></rect>`;
  });
  return svg(
    label,
    `${bars.join('\n')}
<text x="${MARGIN.left}" y="${HEIGHT - 8}">${figure(low)}</text>
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end">${figure(high)} SOL</text>`,
  );
}

/** A number as a person reads it: four significant digits, no exponent. */
export function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4, maximumFractionDigits: 9 });
}

function svg(label: string, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">\n${content}\n</svg>`;
}

function scale(low: number, high: number): (value: number) => number {
  const span = high - low || 1;
  return (value) => MARGIN.top + (1 - (value - low) / span) * INNER.height;
}

function grid(low: number, high: number): string {
  const y = scale(low, high);
  return [0, 0.25, 0.5, 0.75, 1]
    .map((share) => low + share * (high - low))
    .map(
      (value) =>
        `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${MARGIN.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${figure(value)}</text>`,
    )
    .join('\n');
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
