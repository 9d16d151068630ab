import { Script, type Message } from '../../src/generator/script.js';

export const STARTS_AT = Date.UTC(2025, 5, 1, 12);

export type Frame = Record<string, unknown> & {
  gameId: string;
  active?: boolean;
  rugged?: boolean;
  tickCount?: number;
  price?: number;
  tradeCount?: number;
  cooldownTimer: number;
  allowPreRoundBuys: boolean;
  leaderboard: Record<string, unknown>[];
  partialPrices?: { startTick: number; endTick: number; values: Record<string, number> };
  prices?: number[];
  gameHistory?: HistoryEntry[];
  provablyFair: Record<string, string>;
};

export interface HistoryEntry extends Record<string, unknown> {
  id: string;
  prices: number[];
  peakMultiplier: number;
  globalSidebets: Record<string, unknown>[];
  provablyFair: { serverSeed: string; serverSeedHash: string };
}

/** The messages of one script up to the activation after `games` rugs. */
export function play(seed: string, games: number): Message[] {
  const messages: Message[] = [];
  let rugs = 0;
  for (const message of new Script({ seed, startsAt: STARTS_AT }).messages()) {
    messages.push(message);
    const frame = frameOf(message);
    if (frame === undefined) continue;
    if (shapeOf(frame) === 'rug') rugs += 1;
    if (rugs === games && shapeOf(frame) === 'activation') break;
  }
  return messages;
}

/** The payload of a `gameStateUpdate`. */
export function frameOf({ event, args }: Message): Frame | undefined {
  return event === 'gameStateUpdate' ? (args[0] as Frame) : undefined;
}

export function framesOf(messages: readonly Message[]): Frame[] {
  return messages.flatMap((message) => frameOf(message) ?? []);
}

/** What a frame is, told by its keys alone. */
export function shapeOf(frame: Frame) {
  const keys = Object.keys(frame).length;
  if (keys === 7) return frame.allowPreRoundBuys ? 'presale' : 'cooldown';
  if (keys === 14) return 'activation';
  if (keys === 21 && frame.active === true) return frame.rugged === true ? 'rug' : 'tick';
  if (keys === 21) return 'presale opening';
  return frame.rugged === true ? 'second rug' : 'new game';
}
