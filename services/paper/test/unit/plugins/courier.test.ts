import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PastGame, View } from '../../../src/index.js';
import { Courier } from '../../../src/plugins/courier.js';
import { serve } from '../../../src/plugins/guest/serve.js';
import { viewAt } from './folder.js';

const prices = fc.array(fc.option(fc.constantFrom(1, 1.5, 0.02), { nil: null }), { maxLength: 6 });
const past = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  prices,
  rugTick: fc.constantFrom(null, 3),
  peak: fc.constantFrom(1, 2),
});
const move = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('tick' as const), price: fc.constantFrom(1, 1.5, 2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('filled' as const), at: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('moved' as const), prices }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ended' as const), game: past }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('past' as const), games: fc.array(past, { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forgotten' as const) }) },
);

it('a sandbox sees what the session sees, whatever became of the prices in between', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const seen: View[] = [];
      const { call } = serve({ onTick: (view: View) => void seen.push({ ...view, prices: view.prices }) });
      const courier = new Courier();
      let now: (number | null)[] = [];
      let recentGames: PastGame[] = [];
      let price = 1;
      moves.forEach((one, tick) => {
        if (one.kind === 'tick') now.push((price = one.price));
        if (one.kind === 'filled' && one.at < now.length) now[one.at] ??= 7;
        if (one.kind === 'moved') now = [...one.prices];
        if (one.kind === 'ended') recentGames = [one.game, ...recentGames].slice(0, 3);
        if (one.kind === 'past') recentGames = one.games;
        if (one.kind === 'forgotten') courier.forget();
        const view = viewAt(tick, { price, prices: now, recentGames, memory: { tick } });
        call(JSON.stringify(courier.tell('onTick', view)));
        expect(seen.at(-1)).toEqual(JSON.parse(JSON.stringify(view)));
      });
    }),
    { numRuns: 300 },
  );
});

it('in the usual course only the new price crosses', () => {
  const courier = new Courier();
  const first = viewAt(0, { prices: [1], price: 1 });
  courier.tell('onTick', first);
  const told = courier.tell('onTick', viewAt(1, { prices: [1, 1.2], price: 1.2 }));
  expect(told).toEqual({ hook: 'onTick', game: { tick: 1, price: 1.2 } });
});
