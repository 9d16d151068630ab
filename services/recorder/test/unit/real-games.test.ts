import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GameBook } from '../../src/book.js';
import { recordGame } from '../../src/recording.js';
import { GameScript, logOf } from '../script.js';

interface Vector {
  gameId: string;
  endedAtMs: number;
  peakMultiplier: number;
  rugTick: number;
  prices: number[] | null;
}

const file = new URL('../../../../../shared/rugs/provably_fair_vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };

it('records real games to the last bit of every price', () => {
  const games = vectors.filter((vector): vector is Vector & { prices: number[] } => vector.prices !== null);
  expect(games.length).toBeGreaterThan(30);
  for (const { gameId, prices, peakMultiplier, rugTick, endedAtMs } of games) {
    const book = new GameBook();
    const due = logOf(new GameScript(gameId, prices, endedAtMs).whole()).flatMap((event) =>
      book.apply(event),
    );
    const text = JSON.stringify(due.map(recordGame)[0]?.recording);
    const recording = JSON.parse(text) as { meta: Record<string, unknown>; prices: number[] };
    expect(recording.prices).toEqual(prices);
    expect(recording.meta).toMatchObject({
      peak_multiplier: peakMultiplier,
      rug_tick: rugTick,
      complete: true,
    });
  }
});
