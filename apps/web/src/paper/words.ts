import type { PaperHappening, PaperSession } from '@vectra/protocol';
import { GatewayError } from '@vectra/client';
import { multiplier } from '../app/words.js';
import { plainSol, signedSol, sol } from '../app/figures.js';

/** What happened, in words. */
export function happeningWords(one: PaperHappening): string {
  switch (one.kind) {
    case 'bought':
      return `Bought for ${plainSol(one.amount)} SOL at ${multiplier(one.price)}x`;
    case 'sold':
      return `${one.by === 'rug' ? 'Sold by the rug' : 'Sold'} at ${multiplier(one.price)}x for ${sol(one.amount)} SOL`;
    case 'sidebet':
      return `Sidebet of ${plainSol(one.amount)} SOL on a rug by tick ${one.startTick + 40}`;
    case 'settled':
      return one.won
        ? `Sidebet of ${plainSol(one.amount)} SOL won: rug at tick ${one.rugTick ?? '?'}`
        : `Sidebet of ${plainSol(one.amount)} SOL lost`;
    case 'refused':
      return `${ORDER_NAMES[one.order.side]} refused: ${one.message}`;
    case 'game':
      return `Game over at tick ${one.rugTick}, ${one.bets === 0 ? 'no bets' : one.bets === 1 ? '1 bet' : `${one.bets} bets`}`;
    case 'failed':
      return `The strategy failed and was given up: ${one.message}`;
  }
}

export const ORDER_NAMES = { buy: 'Buy', sell: 'Sell', sidebet: 'Sidebet' } as const;

/** What an order came to, with what it brought where it brought something. */
export function resultWords(one: PaperHappening): string {
  return 'profit' in one ? `${happeningWords(one)}, ${signedSol(one.profit)} SOL` : happeningWords(one);
}

/** Of these nobody knows whether the order was carried out. */
const UNCERTAIN: readonly string[] = ['unavailable', 'disconnected', 'no_answer', 'closed'];

/** Why there is no result of an order. An order is never sent again by itself. */
export function refusalWords(error: unknown): string {
  if (!(error instanceof GatewayError))
    return `Refused: ${error instanceof Error ? error.message : String(error)}`;
  if (!UNCERTAIN.includes(error.code)) return `Refused: ${error.message}`;
  return 'No answer came. It may have been carried out all the same, and is not sent again: see the history.';
}

/** The open bet or position of a session; null without one. */
export function openWords({ active_bet: bet, position }: PaperSession): string | null {
  const words = [
    ...(bet === null ? [] : [`Sidebet of ${plainSol(bet.amount)} SOL to tick ${bet.end_tick}`]),
    ...(position === null
      ? []
      : [`${plainSol(position.cost)} SOL held at ${multiplier(Number(position.avg_cost))}x`]),
  ];
  return words.length === 0 ? null : words.join(', ');
}

/** Whether a session runs, and if not why. */
export function stateWords({ is_active: isActive, error }: PaperSession): 'Running' | 'Stopped' | 'Failed' {
  if (isActive) return 'Running';
  return error === null ? 'Stopped' : 'Failed';
}
