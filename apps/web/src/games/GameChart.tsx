import type { GameRecording } from '@vectra/protocol';
import { useEffect, useMemo, useRef, useState } from 'react';
import { multiplier } from '../app/words.js';
import { newGame, type Game } from '../connection/state.js';
import { TickChart } from '../live/tickChart.js';

/** A recorded game's price by tick. */
export function GameChart({ recording }: { recording: GameRecording }) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<TickChart>();
  const game = useMemo(() => shownGame(recording), [recording]);

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new TickChart(place.current);
    setChart(made);
    return () => made.remove();
  }, []);
  useEffect(() => chart?.show(game), [chart, game]);

  const words = `Price by tick, ${game.prices.length} ticks, peak ${multiplier(game.peak)}x`;
  return (
    <div className="price-chart" role="img" aria-label={words}>
      <div ref={place} />
    </div>
  );
}

function shownGame({ meta, prices }: GameRecording): Game {
  const { game_id: id, peak_multiplier: peak, rug_tick: rugTick, verified } = meta;
  const rugPrice = rugTick === null ? null : (prices[rugTick] ?? null);
  const end = { reason: rugTick === null ? 'interrupted' : 'rugged', rugTick, rugPrice } as const;
  return { ...newGame(id), prices, peak, end, verified };
}
