import type { ISeriesPrimitive } from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import type { Game } from '../connection/state.js';
import { multiplier } from '../app/words.js';
import { TickChart } from './tickChart.js';

interface ChartProps {
  game: Game;
  /** Another game is coming: this one is over and done. */
  isPast: boolean;
  /** How it ended; empty while it runs. */
  caption: string;
  /** Drawn over the price; always the same one. */
  overlay?: ISeriesPrimitive<number>;
}

/** The price of a game by tick. */
export function Chart({ game, isPast, caption, overlay }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<TickChart>();

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new TickChart(place.current);
    if (overlay !== undefined) made.attach(overlay);
    setChart(made);
    return () => made.remove();
  }, [overlay]);
  useEffect(() => chart?.show(game), [chart, game]);

  const isRugged = game.end?.reason === 'rugged';
  return (
    <figure className={`chart${isPast ? ' past' : ''}${isRugged ? ' rugged' : ''}`}>
      {/* A new key restarts the flash at each rug. */}
      {isRugged && !isPast && <div key={game.id} className="flash" aria-hidden="true" />}
      <div
        className="canvas"
        role="img"
        aria-label={`Price by tick, ${game.prices.length} ticks, peak ${multiplier(game.peak)}x`}
      >
        <div ref={place} />
      </div>
      <figcaption>
        <strong role="status">{caption}</strong>
        <span className="quiet">
          {isPast ? 'Last game' : 'Game'} {game.id}
        </span>
      </figcaption>
    </figure>
  );
}
