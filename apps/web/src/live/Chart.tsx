import { useEffect, useRef, useState } from 'react';
import type { Game } from '../connection/state.js';
import { multiplier } from '../app/words.js';
import type { ChartKind } from './pen.js';
import { TickChart, type Decorator } from './tickChart.js';
import './chart.css';

interface ChartProps {
  game: Game;
  kind?: ChartKind;
  /** Another game is coming: this one is over and done. */
  isPast: boolean;
  /** How it ended; empty while it runs. */
  caption: string;
  /** Draws more with the price; always the same one. */
  decorator?: Decorator;
}

/** The price of a game by tick. */
export function Chart({ game, kind = 'line', isPast, caption, decorator }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<TickChart>();

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new TickChart(place.current);
    if (decorator !== undefined) made.decorate(decorator);
    setChart(made);
    return () => made.remove();
  }, [decorator]);
  useEffect(() => {
    if (chart === undefined || place.current === null) return;
    chart.show(game, kind);
    // How many ticks are on the chart, for whoever can't see it.
    const drawn = chart.drawn;
    place.current.dataset.game = game.id;
    place.current.dataset.ticks = String(drawn.length);
    place.current.dataset.missing = String(drawn.filter((price) => price === null).length);
  }, [chart, game, kind]);

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
