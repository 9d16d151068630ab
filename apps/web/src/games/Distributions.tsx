import type { GameSummary } from '@vectra/protocol';
import { useMemo, type ReactNode } from 'react';
import { multiplier } from '../app/words.js';
import {
  binned,
  DURATIONS,
  EXPECTED_MEAN_TICKS,
  EXPECTED_MEDIAN_PEAK,
  EXPECTED_MEDIAN_TICKS,
  mean,
  median,
  PEAKS,
  shareReaching,
} from './distribution.js';
import { Histogram } from './Histogram.js';
import type { ListingState } from './listing.js';
import { peakBinWords, percent, tickBinWords } from './words.js';

interface DistributionsProps {
  sampled: ListingState;
  /** So many games are to be counted. */
  wanted: number;
  /** The games are not chosen by how they went, so the game's constants say what to expect of them. */
  isFair: boolean;
  more: () => void;
  retry: () => void;
}

/** Peaks and durations of the games found, beside what the game's own constants predict. */
export function Distributions({ sampled, wanted, isFair, more, retry }: DistributionsProps) {
  const { games, next, error, isBusy } = sampled;
  const whole = useMemo(() => games.filter(({ complete }) => complete), [games]);
  const partial = games.length - whole.length;
  return (
    <section aria-labelledby="distributions">
      <div className="title">
        <h2 id="distributions">Distributions</h2>
        <p className="quiet">
          Of the newest {whole.length.toLocaleString()} games found
          {partial > 0 && `, without ${partial} of which not every tick is known`}
        </p>
        {isBusy && <progress max={wanted} value={games.length} aria-label="Games counted" />}
        {!isBusy && error === null && next !== null && (
          <button type="button" onClick={more}>
            Count 1,000 more
          </button>
        )}
      </div>
      {error !== null && (
        <p className="notice" role="status">
          Not all games could be counted: {error.message}.{' '}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
      {whole.length === 0 ? (
        <p className="quiet">
          Of none of these games every tick is known, so their peaks and ends are not certain.
        </p>
      ) : (
        <div className="pair">
          <Peaks games={whole} isFair={isFair} />
          <Durations games={whole} isFair={isFair} />
        </div>
      )}
      <p className="quiet note">
        {isFair
          ? 'Expected: by the game’s own constants. Each tick rugs with probability 0.005, whatever came before; ' +
            'peaks are those of 200,000 games that its algorithm makes.'
          : 'These games are chosen by their peak or duration, so what the game’s constants predict of all games does not apply.'}
      </p>
    </section>
  );
}

interface SideProps {
  /** Every tick of them is known. */
  games: readonly GameSummary[];
  isFair: boolean;
}

function Peaks({ games, isFair }: SideProps) {
  const peaks = useMemo(() => games.map(({ peak_multiplier }) => peak_multiplier), [games]);
  const expected = (words: string): string | undefined => (isFair ? words : undefined);
  return (
    <div>
      <Figures>
        <Figure
          name="Median peak"
          value={`${multiplier(median(peaks) ?? 0)}x`}
          expected={expected(`${EXPECTED_MEDIAN_PEAK}x`)}
        />
        <Figure name="Mean" value={`${multiplier(mean(peaks) ?? 0)}x`} />
        <Figure
          name="2x or more"
          value={percent(shareReaching(peaks, 2))}
          expected={expected(percent(PEAKS.reach(2)))}
        />
        <Figure
          name="10x or more"
          value={percent(shareReaching(peaks, 10))}
          expected={expected(percent(PEAKS.reach(10)))}
        />
      </Figures>
      <Histogram
        caption="Peaks"
        unit="Peak"
        bins={binned(peaks, PEAKS)}
        words={peakBinWords}
        isFair={isFair}
      />
    </div>
  );
}

function Durations({ games, isFair }: SideProps) {
  const ticks = useMemo(() => games.map(({ duration_ticks }) => duration_ticks), [games]);
  const expected = (figure: number): string | undefined => (isFair ? String(figure) : undefined);
  return (
    <div>
      <Figures>
        <Figure
          name="Median ticks"
          value={String(median(ticks) ?? 0)}
          expected={expected(EXPECTED_MEDIAN_TICKS)}
        />
        <Figure name="Mean" value={(mean(ticks) ?? 0).toFixed(0)} expected={expected(EXPECTED_MEAN_TICKS)} />
        <Figure name="Longest" value={String(ticks.reduce((most, each) => Math.max(most, each), 0))} />
      </Figures>
      <Histogram
        caption="Durations"
        unit="Rug at tick"
        bins={binned(ticks, DURATIONS)}
        words={tickBinWords}
        isFair={isFair}
      />
    </div>
  );
}

function Figures({ children }: { children: ReactNode }) {
  return <dl className="figures">{children}</dl>;
}

function Figure({ name, value, expected }: { name: string; value: string; expected?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {expected !== undefined && <span className="quiet"> expected {expected}</span>}
      </dd>
    </div>
  );
}
