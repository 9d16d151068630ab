import type { Plugin } from '@vectra/paper';
import { mean } from './lib/numbers.js';

/**
 * A sidebet where the recent games lasted on average. The chance of a rug is the same in each tick, so the past tells nothing: it is
 * here to show how a plug-in looks back, and what a backtest makes of a plausible idea.
 */
interface Params {
  /** How many games to look back on, ten at most. */
  games: number;
  /** Where to bet, as a share of their mean length. */
  at: number;
  /** SOL. */
  stake: number;
  [name: string]: number;
}

const plugin: Plugin<Params> = {
  params: { games: 5, at: 0.8, stake: 0.01 },

  onGameStart(view, { games, at }) {
    const ticks = view.recentGames.slice(0, games).flatMap(({ rugTick }) => rugTick ?? []);
    view.memory.entry = ticks.length < games ? null : Math.floor(mean(ticks) * at);
    return undefined;
  },

  onTick({ tick, memory }, { stake }) {
    if (tick === null || tick !== memory.entry) return undefined;
    return [{ side: 'sidebet', amount: stake.toFixed(9) }];
  },
};

export default plugin;
