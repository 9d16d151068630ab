import type { Draft } from '@vectra/protocol';
import fc from 'fast-check';
import { AccountScript, GAME, ME, OTHER } from './accountScript.js';
import { STARTED } from './script.js';

/** One thing an account is told, or does, or that becomes of its connection. */
type Step = (my: AccountScript) => Draft[];

const money = fc.integer({ min: 1, max: 5_000 }).map((thousandths) => String(thousandths / 1_000));
const tick = fc.nat(60);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>((my) => my.login()) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(money, money, money)
      .map(([cash, qty, cost]): Step => (my) => [my.update(cash, qty, cost)]),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('buy', 'sell', 'short_open'), tick, money, money)
      .map(([side, at, price, qty]): Step => (my) => [my.trade(side, at, [price, qty, price])]),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(tick, fc.boolean()).map(([at, own]): Step => (my) => [my.bet(at, '0.001', { own })]),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(tick, fc.option(tick)).map(([at, rug]): Step => (my) => [my.betResult(at, rug)]),
  },
  {
    weight: 2,
    arbitrary: tick.map((at): Step => (my) => [my.tick(at, '1.5', GAME)]),
  },
  { weight: 2, arbitrary: tick.map((at): Step => (my) => [my.rug(at, '0.01')]) },
  { weight: 1, arbitrary: fc.constant<Step>((my) => [my.drift()]) },
  { weight: 1, arbitrary: fc.constant<Step>((my) => [my.leaderboard()]) },
  { weight: 1, arbitrary: fc.constant<Step>((my) => [my.identity(null, null)]) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('disconnected' as const, 'connecting' as const, 'connected' as const)
      .map((status): Step => (my) => [my.connection(status)]),
  },
  // The clock does not always go on.
  {
    weight: 1,
    arbitrary: fc.constantFrom(-10_000, -1_000, 5_000).map((ms): Step => (my) => {
      my.wait(ms);
      return [];
    }),
  },
);

/** What the pages of one or two accounts are told, one account after the other. */
export const accountDrafts: fc.Arbitrary<Draft[]> = fc
  .array(
    fc.record({
      player: fc.constantFrom<[string, string | null]>([ME, 'dutch'], [OTHER, 'other'], [OTHER, null]),
      steps: fc.array(step, { minLength: 1, maxLength: 25 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((turns) => {
    let at = STARTED;
    return turns.flatMap(({ player: [id, username], steps }) => {
      const my = new AccountScript(id, username, at);
      const drafts = steps.flatMap((one) => one(my));
      at = my.now;
      return drafts;
    });
  });
