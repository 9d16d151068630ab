import { useMemo, type MouseEvent } from 'react';
import type { Agreement, Comparison, TickCheck } from './agreement.js';

/** Ticks in one line of the grid. */
const COLUMNS = 100;
/** A tick's square, and the room around it. */
const SIZE = 0.82;

const LEGEND: readonly [Agreement, string][] = [
  ['agrees', 'agree'],
  ['differs', 'disagree'],
  ['unrecorded', 'not recorded'],
  ['rug', 'the rug, not derivable'],
];

interface TickGridProps {
  result: Comparison;
  /** Somebody chose a tick. */
  pick: (tick: number) => void;
}

/** A square a tick. One path a colour, so that thousands of them are drawn at once. */
export function TickGrid({ result: { ticks, counts }, pick }: TickGridProps) {
  const rows = Math.max(1, Math.ceil(ticks.length / COLUMNS));
  const paths = useMemo(
    () => LEGEND.map(([agreement]) => [agreement, pathOf(ticks, agreement)] as const),
    [ticks],
  );
  const legend = LEGEND.filter(([agreement]) => counts[agreement] > 0);
  const words = legend.map(([agreement, is]) => `${counts[agreement]} ${is}`).join(', ');
  const click = ({ currentTarget, clientX, clientY }: MouseEvent<SVGSVGElement>): void => {
    const { left, top, width } = currentTarget.getBoundingClientRect();
    const unit = width / COLUMNS;
    const tick = Math.floor((clientY - top) / unit) * COLUMNS + Math.floor((clientX - left) / unit);
    if (tick >= 0 && tick < ticks.length) pick(tick);
  };
  return (
    <figure className="ticks">
      <svg viewBox={`0 0 ${COLUMNS} ${rows}`} role="img" aria-label={`Ticks: ${words}`} onClick={click}>
        {paths.map(([agreement, path]) => (
          <path key={agreement} className={agreement} d={path} />
        ))}
      </svg>
      <figcaption>
        {legend.map(([agreement, is]) => (
          <span key={agreement}>
            <span className={`key ${agreement}`} aria-hidden="true" /> {counts[agreement].toLocaleString()}{' '}
            {is}
          </span>
        ))}
        <span className="quiet">{COLUMNS} ticks a line</span>
      </figcaption>
    </figure>
  );
}

function pathOf(ticks: readonly TickCheck[], wanted: Agreement): string {
  return ticks
    .filter(({ agreement }) => agreement === wanted)
    .map(({ tick }) => `M${tick % COLUMNS} ${Math.floor(tick / COLUMNS)}h${SIZE}v${SIZE}h-${SIZE}z`)
    .join('');
}
