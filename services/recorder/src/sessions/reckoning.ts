import { accountAfter, accountDifferences, accountStated, type AccountAction } from '@vectra/game';
import type { Figures } from './state.js';

/** What an action did to the account, as far as it can be reckoned. */
export interface Effect {
  /** The account after it. */
  after: Figures;
  /** The average cost of what was sold, and what that realized; null when nothing was. */
  sold: { entryPrice: string; pnl: string } | null;
}

/** Reckons an action; undefined when it can't have been: more is sold than was held. */
export function effectOf(action: AccountAction, before: Figures): Effect | undefined {
  const after = accountAfter(accountStated(before), action);
  if (after === undefined) return undefined;
  const { money, position } = after;
  return {
    after: {
      cash: money.toFixed(),
      bonusBalance: null,
      positionQty: position.qty.toFixed(),
      avgCost: position.avgCost.toFixed(),
    },
    sold: action.kind === 'sell' ? { entryPrice: before.avgCost, pnl: position.realizedPnl.toFixed() } : null,
  };
}

/** Whether the server states what was reckoned. */
export function agrees(reckoned: Figures, stated: Figures): boolean {
  return accountDifferences(accountStated(reckoned), stated).length === 0;
}
