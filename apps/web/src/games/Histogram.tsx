import type { Bin } from './distribution.js';
import { percent } from './words.js';

interface HistogramProps {
  caption: string;
  /** What is counted, as the bins' heading. */
  unit: string;
  bins: readonly Bin[];
  words: (bin: Bin) => string;
  /** Whether what is expected is shown. */
  isFair: boolean;
}

/** Bars in a table, so that it is its own text. A line across a bar says how long it is expected to be. */
export function Histogram({ caption, unit, bins, words, isFair }: HistogramProps) {
  const longest = bins.reduce((most, { share, expected }) => Math.max(most, share, isFair ? expected : 0), 0);
  const width = (share: number): string => `${longest === 0 ? 0 : (100 * share) / longest}%`;
  return (
    <table className="histogram">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{unit}</th>
          <th scope="col" aria-hidden="true" />
          <th scope="col">Games</th>
          <th scope="col">Share</th>
          {isFair && <th scope="col">Expected</th>}
        </tr>
      </thead>
      <tbody>
        {bins.map((bin) => (
          <tr key={bin.from}>
            <th scope="row">{words(bin)}</th>
            <td aria-hidden="true">
              <div className="bars">
                <span className="bar" style={{ width: width(bin.share) }} />
                {isFair && <span className="mark" style={{ left: width(bin.expected) }} />}
              </div>
            </td>
            <td>{bin.count}</td>
            <td>{percent(bin.share)}</td>
            {isFair && <td className="quiet">{percent(bin.expected)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
