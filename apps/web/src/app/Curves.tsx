import { useMemo } from 'react';
import { count, figure } from './figures.js';
import { distributionOf, drawingOf, HEIGHT, WIDTH, type Line } from './curves.js';
import './curves.css';

interface CurvesProps {
  lines: readonly Line[];
  /** The text alternative: what is drawn, and what it came to. */
  label: string;
  /** Drawn as a line across. */
  base: number;
  /** How a value is written at the edge. */
  show?: (value: number) => string;
  /** The area between the line and the base is filled. */
  filled?: boolean;
}

/** Lines over games, up to six told apart by colour; several have a legend. */
export function Curves({ lines, label, base, show = figure, filled = false }: CurvesProps) {
  const { paths, ticks, base: baseAt, games } = useMemo(() => drawingOf(lines, base), [lines, base]);
  return (
    <figure className="curves">
      <div className="plot" role="img" aria-label={label}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {ticks.map(({ value, at }) => (
            <line key={value} className="grid" x1={0} x2={WIDTH} y1={at} y2={at} />
          ))}
          <line className="base" x1={0} x2={WIDTH} y1={baseAt} y2={baseAt} />
          {paths.map(({ name, line, area }, index) => (
            <g key={`${index} ${name}`} className={`c${index % 6}`}>
              {filled && <path className="area" d={area} />}
              <path className="line" d={line} />
            </g>
          ))}
        </svg>
        {ticks.map(({ value, at }) => (
          <span key={value} style={{ top: `${at}%` }} aria-hidden="true">
            {show(value)}
          </span>
        ))}
      </div>
      <div className="edges" aria-hidden="true">
        <span>0</span>
        <span>{games === 1 ? '1 game' : `${count(games)} games`}</span>
      </div>
      {lines.length > 1 && (
        <figcaption>
          {lines.map(({ name }, index) => (
            <span key={`${index} ${name}`} className={`key c${index % 6}`}>
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** How often which value came, as bars. @param show how a value is written. */
export function Bars({
  values,
  label,
  show,
}: {
  values: readonly number[];
  label: string;
  show: (value: number) => string;
}) {
  const distribution = useMemo(() => distributionOf(values), [values]);
  if (distribution === null) return <p className="quiet">Nothing was staked.</p>;
  const { bars, low, high } = distribution;
  const step = WIDTH / bars.length;
  return (
    <figure className="curves">
      <div className="plot" role="img" aria-label={label}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map(({ from, to, games, share }, index) => (
            <rect
              key={from}
              className={(from + to) / 2 < 0 ? 'loss' : 'gain'}
              x={index * step}
              y={(1 - share) * HEIGHT}
              width={step - 3}
              height={share * HEIGHT}
            >
              <title>{`${count(games)} games: ${show(from)} to ${show(to)}`}</title>
            </rect>
          ))}
        </svg>
      </div>
      <div className="edges" aria-hidden="true">
        <span>{show(low)}</span>
        <span>{show(high)}</span>
      </div>
    </figure>
  );
}
