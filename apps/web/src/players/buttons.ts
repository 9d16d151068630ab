import type { SessionAction } from '@vectra/protocol';
import type { PianoGame, Playhead } from './piano.js';

/** The game's buttons. */
export const BUTTONS = ['BUY', 'SELL', 'SIDEBET', 'SHORT'] as const;
export type ButtonName = (typeof BUTTONS)[number];

/** What the player pressed for an action; what happens to the player by itself is no press of a button. */
const PRESSED: Partial<Record<SessionAction['action'], ButtonName>> = {
  BUY: 'BUY',
  SELL: 'SELL',
  SIDEBET_PLACE: 'SIDEBET',
  SHORT_OPEN: 'SHORT',
  SHORT_CLOSE: 'SHORT',
};
/** Below which button it is told. */
const TOLD: Partial<Record<SessionAction['action'], ButtonName>> = {
  FORCED_SELL: 'SELL',
  SIDEBET_WIN: 'SIDEBET',
  SIDEBET_LOSE: 'SIDEBET',
};

export interface ButtonState {
  name: ButtonName;
  isPressed: boolean;
  /** The newest press in this game; null before the first. */
  last: SessionAction | null;
  /** What came by itself after that; null when nothing did. */
  told: SessionAction | null;
}

/**
 * The buttons at the playhead.
 *
 * @param held for how many ticks a press is seen; 1: only at its own tick.
 */
export function buttonsAt({ actions }: PianoGame, { tick, done }: Playhead, held: number): ButtonState[] {
  const played = actions.slice(0, done).map(({ action }) => action);
  return BUTTONS.map((name) => {
    const newest = played.findLast(({ action }) => PRESSED[action] === name || TOLD[action] === name) ?? null;
    const last = played.findLast(({ action }) => PRESSED[action] === name) ?? null;
    return {
      name,
      last,
      isPressed: last !== null && last.tick > tick - held,
      told: newest !== null && TOLD[newest.action] === name ? newest : null,
    };
  });
}

/** Shorts are rare: their button is there for those who use it. */
export function hasShorts(actions: readonly Pick<SessionAction, 'action'>[]): boolean {
  return actions.some(({ action }) => PRESSED[action] === 'SHORT');
}

export const TICK_MS = 250;
/** How long a press is seen while the replay runs. */
const PRESS_MS = 500;

/** For how many ticks a press is seen. */
export function heldFor(isPlaying: boolean, speed: number): number {
  return isPlaying ? Math.max(1, Math.ceil((PRESS_MS * speed) / TICK_MS)) : 1;
}
