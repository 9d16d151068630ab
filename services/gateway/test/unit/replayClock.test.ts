import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/replay/clock.js';

it('those who replay get one turn of the event loop each, in their order', async () => {
  const clock = systemClock();
  const order: string[] = [];
  const takers = ['a', 'b', 'c'].map((name) => clock.turn().then(() => order.push(name)));
  await nextTurn();
  expect(order.length).toBeLessThanOrEqual(1);
  await Promise.all(takers);
  expect(order).toEqual(['a', 'b', 'c']);
});
