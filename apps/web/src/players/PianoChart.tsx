import { createSeriesMarkers, type ISeriesMarkersPluginApi, type SeriesMarker } from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import { look } from '../app/theme.js';
import { useStore } from '../app/store.js';
import { rugWords } from '../app/words.js';
import type { Game } from '../connection/state.js';
import { TickChart } from '../live/tickChart.js';
import { BetsOverlay } from '../paper/betsOverlay.js';
import type { BetWindow, Played } from './piano.js';
import { actionWords, amountOf } from './words.js';

const SIDES: Partial<Record<Played['action']['action'], 'up' | 'down'>> = {
  BUY: 'up',
  SELL: 'down',
  FORCED_SELL: 'down',
  SHORT_OPEN: 'down',
  SHORT_CLOSE: 'up',
};
const COLOURS: Record<Played['action']['action'], string> = {
  BUY: '--gain',
  SHORT_CLOSE: '--gain',
  SELL: '--loss',
  FORCED_SELL: '--rug',
  SHORT_OPEN: '--loss',
  SIDEBET_PLACE: '--wait',
  SIDEBET_WIN: '--gain',
  SIDEBET_LOSE: '--quiet',
};

/** Above and below the line, for the markers and what they say. */
const ROOM = { top: 0.2, bottom: 0.18 };

interface Parts {
  chart: TickChart;
  bets: BetsOverlay;
  /** Those of the series that is shown. */
  markers: ISeriesMarkersPluginApi<number> | undefined;
}

interface PianoChartProps {
  /** The game as far as it has been replayed. */
  game: Game;
  /** Those of its actions that have been played. */
  played: readonly Played[];
  windows: BetWindow[];
}

/** The game's chart up to the playhead, with what the player did. */
export function PianoChart({ game, played, windows }: PianoChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [parts, setParts] = useState<Parts>();
  const colours = useStore(look);

  useEffect(() => {
    if (place.current === null) return undefined;
    const chart = new TickChart(place.current);
    const made: Parts = { chart, bets: new BetsOverlay(), markers: undefined };
    chart.decorate((series) => {
      series.priceScale().applyOptions({ scaleMargins: ROOM });
      made.markers = createSeriesMarkers<number>(series, []);
      return made.bets.decorator(series);
    });
    setParts(made);
    return () => chart.remove();
  }, []);
  useEffect(() => parts?.chart.show(game), [parts, game]);
  useEffect(() => parts?.bets.show({ windows, marks: [], entry: null }), [parts, windows]);
  useEffect(() => parts?.markers?.setMarkers(marks(played)), [parts, game.id, played, colours]);

  return (
    <figure className={`chart${game.end === null ? '' : ' rugged'}`}>
      <div className="canvas" role="img" aria-label={described(game, played)}>
        <div ref={place} />
      </div>
      <figcaption>
        <strong role="status">{rugWords(game)}</strong>
      </figcaption>
    </figure>
  );
}

/** The newest one says what it was; of those before only the place is marked, so that they stay apart. */
function marks(played: readonly Played[]): SeriesMarker<number>[] {
  const style = window.getComputedStyle(document.documentElement);
  return played.map(({ action }, index) => {
    const { action: kind, tick: time } = action;
    const side = SIDES[kind];
    const text = index === played.length - 1 ? { text: `${actionWords(kind)} ${amountOf(action)}` } : {};
    return {
      time,
      position: side === 'up' ? 'belowBar' : 'aboveBar',
      shape: side === undefined ? 'square' : side === 'up' ? 'arrowUp' : 'arrowDown',
      color: style.getPropertyValue(COLOURS[kind]).trim(),
      ...text,
    };
  });
}

function described({ prices }: Game, played: readonly Played[]): string {
  const actions = played.map(({ action }) => `${actionWords(action.action)} at tick ${action.tick}`);
  return `Price by tick up to tick ${prices.length - 1}; ${actions.length === 0 ? 'no action yet' : actions.join(', ')}`;
}
