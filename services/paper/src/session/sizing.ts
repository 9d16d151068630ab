import { decimal, LARGEST_ORDER, SMALLEST_ORDER } from '@vectra/game';
import type { Sizing } from '@vectra/protocol';

/** SOL have nine decimals; what is less is not ordered. */
const DECIMALS = 9;

/** How much to order with so much cash, in SOL; undefined when that is too little to be ordered. */
export function amountOf(sizing: Sizing, cash: string): string | undefined {
  if (sizing.by === 'fixed') return sizing.amount;
  const share = sizing.by === 'fraction' ? sizing.of : kelly(sizing.p, sizing.b) * sizing.share;
  // Cut, not rounded: never more than there is.
  const amount = decimal(cash).times(share).toDecimalPlaces(DECIMALS);
  if (amount.lt(SMALLEST_ORDER)) return undefined;
  return (amount.gt(LARGEST_ORDER) ? decimal(LARGEST_ORDER) : amount).toFixed();
}

/** The share of the cash that grows it fastest, for the chance `p` of winning `b` times the stake; 0 without an edge. */
export function kelly(p: number, b: number): number {
  return Math.max(0, p - (1 - p) / b);
}
