import type { Plugin } from '@vectra/paper';

/**
 * Sidebets, one a game: after each that is lost the next is twice as large, up to a cap; after one that is won, or at the cap, it begins
 * anew. That each cannot win more often than the house allows stays true.
 */
interface Params {
  /** SOL. */
  first: number;
  /** SOL; instead of a stake above it, or above the cash, it begins anew. */
  cap: number;
  entry_tick: number;
  [name: string]: number;
}

const plugin: Plugin<Params> = {
  params: { first: 0.001, cap: 0.064, entry_tick: 100 },

  onGameStart(view) {
    view.memory.placed = false;
    return undefined;
  },

  onTick(view, { first, cap, entry_tick }) {
    const { memory, tick, sidebet, worth, cash } = view;
    if (memory.placed === true || sidebet !== null || (tick ?? 0) < entry_tick) return undefined;
    const doubled = typeof memory.next === 'number' ? memory.next : first;
    const stake = doubled > Math.min(cap, Number(cash)) ? first : doubled;
    Object.assign(memory, { placed: true, stake, before: worth });
    return [{ side: 'sidebet', amount: stake.toFixed(9) }];
  },

  /** Everything of the game is settled here, so what the session is worth tells whether the bet won. */
  onGameEnd({ memory, worth }, { first }) {
    if (memory.placed !== true) return;
    const won = Number(worth) > Number(memory.before);
    memory.next = won ? first : Number(memory.stake) * 2;
  },
};

export default plugin;
