import type { PaperHappening, PaperSession } from '@vectra/protocol';

/** A sidebet covers so many ticks, its last one included. */
export const SIDEBET_TICKS = 40;

/** What a session did in one game, to be drawn on its chart. */
export interface GameBets {
  /** Sidebets, from their first tick to their last. */
  windows: { from: number; to: number; state: 'open' | 'won' | 'lost' }[];
  /** Where it bought and sold. */
  marks: { tick: number; price: number; side: 'buy' | 'sell' }[];
  /** The average price of what is held; null when nothing is. */
  entry: number | null;
}

/** From the lines of its history, oldest first, and from what is open now. */
export function betsOf(
  gameId: string,
  lines: readonly PaperHappening[],
  open: Pick<PaperSession, 'active_bet' | 'position'>,
): GameBets {
  const windows: GameBets['windows'] = [];
  const marks: GameBets['marks'] = [];
  for (const line of lines) {
    if (!('gameId' in line) || line.gameId !== gameId) continue;
    if (line.kind === 'settled')
      windows.push({ ...windowAt(line.startTick), state: line.won ? 'won' : 'lost' });
    if (line.kind === 'bought') marks.push({ tick: line.tick, price: line.price, side: 'buy' });
    // What the rug takes is no decision: the rug itself is on the chart.
    if (line.kind === 'sold' && line.by === 'order')
      marks.push({ tick: line.tick, price: line.price, side: 'sell' });
  }
  const bet = open.active_bet;
  if (bet?.game_id === gameId) windows.push({ ...windowAt(bet.start_tick), state: 'open' });
  const entry = open.position?.game_id === gameId ? Number(open.position.avg_cost) : null;
  return { windows, marks, entry };
}

/** What is drawn, in words. */
export function betsWords({ windows, marks, entry }: GameBets): string {
  const words = [
    ...windows.map(({ from, to, state }) => `sidebet from tick ${from} to ${to} ${state}`),
    ...marks.map(({ tick, side }) => `${side === 'buy' ? 'bought' : 'sold'} at tick ${tick}`),
    ...(entry === null ? [] : [`held at ${entry.toFixed(2)}x`]),
  ];
  return words.join(', ');
}

function windowAt(startTick: number): { from: number; to: number } {
  return { from: startTick, to: startTick + SIDEBET_TICKS };
}
