import type { Order } from '@vectra/game';
import type { PositionStrategy, SidebetStrategy, Strategy } from '@vectra/protocol';
import type { Behaviour, View } from './behaviour.js';
import { amountOf } from './sizing.js';

/** The behaviour of a strategy that is data. Those of plug-ins come from their modules. */
export function builtIn(strategy: Exclude<Strategy, { kind: 'plugin' }>): Behaviour {
  switch (strategy.kind) {
    case 'sidebets':
      return ladder(strategy);
    case 'position':
      return onePosition(strategy);
    case 'observer':
      return {};
  }
}

/** A bet is due from its tick on; one that could not be placed then, as another still ran, is placed as soon as it can. */
function ladder(strategy: SidebetStrategy): Behaviour {
  const { entry_tick, num_bets, spacing } = strategy;
  const order = (view: View): readonly Order[] | undefined => {
    const placed = typeof view.memory.placed === 'number' ? view.memory.placed : 0;
    const due = entry_tick + placed * spacing;
    if (placed >= num_bets || view.sidebet !== null || (view.tick ?? 0) < due) return undefined;
    const amount = sizeOf(strategy, placed, view.cash);
    view.memory.placed = placed + 1;
    return amount === undefined ? undefined : [{ side: 'sidebet', amount }];
  };
  return {
    onGameStart: (view) => {
      view.memory.placed = 0;
      // A bet at tick 0 is placed in the presale.
      return entry_tick === 0 && view.tick === null ? order(view) : undefined;
    },
    onTick: order,
  };
}

function sizeOf({ bet_sizes, sizing }: SidebetStrategy, bet: number, cash: string): string | undefined {
  if (bet_sizes !== undefined) return bet_sizes[bet] ?? bet_sizes.at(-1);
  return sizing && amountOf(sizing, cash);
}

function onePosition(strategy: PositionStrategy): Behaviour {
  const { entry_tick, entry_below = Infinity, sizing } = strategy;
  const enter = (view: View): readonly Order[] | undefined => {
    if (view.memory.entered === true || (view.tick ?? 0) < entry_tick || view.price > entry_below)
      return undefined;
    view.memory.entered = true;
    const amount = amountOf(sizing, view.cash);
    return amount === undefined ? undefined : [{ side: 'buy', amount }];
  };
  return {
    onGameStart: (view) => {
      view.memory.entered = false;
      view.memory.highest = 0;
      return entry_tick === 0 && view.tick === null ? enter(view) : undefined;
    },
    onTick: (view) => {
      if (view.position === null) return enter(view);
      const highest = Math.max(Number(view.memory.highest), view.price);
      view.memory.highest = highest;
      return isOver(strategy, view, highest) ? [{ side: 'sell' }] : undefined;
    },
  };
}

function isOver(strategy: PositionStrategy, { tick, price, position }: View, highest: number): boolean {
  const { take_profit, stop_loss, trailing_stop, exit_tick } = strategy;
  const multiple = price / Number(position?.avgCost);
  return (
    (take_profit !== undefined && multiple >= take_profit) ||
    (stop_loss !== undefined && multiple <= stop_loss) ||
    (trailing_stop !== undefined && price <= highest * (1 - trailing_stop)) ||
    (exit_tick !== undefined && (tick ?? 0) >= exit_tick)
  );
}
