/** The phases of a game, in the order they follow each other, and `UNKNOWN` before the first frame. */
export const PHASES = [
  'UNKNOWN',
  'GAME_ACTIVATION',
  'ACTIVE_GAMEPLAY',
  'RUG_EVENT_1',
  'RUG_EVENT_2',
  'COOLDOWN',
  'PRESALE',
] as const;

export type Phase = (typeof PHASES)[number];
