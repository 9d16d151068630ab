import type { Plugin } from '@vectra/paper';

/**
 * One position a game, sold when the price has fallen from its highest since the entry. How far it may fall grows with the gain: a
 * small one is kept tightly, a large one may breathe.
 */
interface Params {
  entry_tick: number;
  /** Share of the cash. */
  share: number;
  /** Falls that are borne, as shares of the highest price: at the entry price, and at twice it and above. */
  tight: number;
  wide: number;
  [name: string]: number;
}

/** SOL that one order may be. */
const SMALLEST = 0.001;
const LARGEST = 5;

const plugin: Plugin<Params> = {
  params: { entry_tick: 10, share: 0.05, tight: 0.1, wide: 0.25 },

  onGameStart(view) {
    view.memory.entered = false;
    return undefined;
  },

  onTick(view, { entry_tick, share, tight, wide }) {
    const { memory, tick, price, position, cash } = view;
    if (position === null) {
      const amount = Math.min(LARGEST, Number(cash) * share);
      if (memory.entered === true || (tick ?? 0) < entry_tick || amount < SMALLEST) return undefined;
      Object.assign(memory, { entered: true, highest: price });
      return [{ side: 'buy', amount: amount.toFixed(9) }];
    }
    const highest = Math.max(Number(memory.highest), price);
    memory.highest = highest;
    const gain = Math.min(1, highest / Number(position.avgCost) - 1);
    const borne = tight + (wide - tight) * Math.max(0, gain);
    return price <= highest * (1 - borne) ? [{ side: 'sell' }] : undefined;
  },
};

export default plugin;
