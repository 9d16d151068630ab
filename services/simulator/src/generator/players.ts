import type { Random } from './random.js';

/** An invented player. */
export interface Player {
  id: string;
  /** About one player in seven has none. */
  username: string | null;
  level: number;
  /** SOL a buy. */
  stake: number;
  /** Plays with bonus money instead of their own. */
  bonus: boolean;
  /** Bets the practice token instead of SOL, and does not trade. */
  practice: boolean;
}

const FIRST = [
  'amber',
  'brisk',
  'cobalt',
  'dusty',
  'early',
  'faint',
  'gentle',
  'hollow',
  'idle',
  'jolly',
  'keen',
];
const SECOND = [
  'badger',
  'comet',
  'dynamo',
  'ember',
  'falcon',
  'glider',
  'harbor',
  'iris',
  'kestrel',
  'lantern',
];
const STAKES = [0.001, 0.005, 0.01, 0.01, 0.02, 0.022, 0.03, 0.05, 0.09, 0.1, 0.123, 0.25, 0.373, 0.5, 1, 5];

/** `count` players with distinct ids and names. */
export function invitePlayers(random: Random, count: number): Player[] {
  return Array.from({ length: count }, (_, index) => {
    const first = FIRST[index % FIRST.length] ?? '';
    const second = SECOND[Math.floor(index / FIRST.length) % SECOND.length] ?? '';
    return {
      id: `did:privy:cm${random.text(22, '0123456789abcdefghijklmnopqrstuvwxyz')}`,
      username: random.chance(0.15) ? null : `${first}${second}${random.int(1, 99)}`,
      level: random.int(1, 80),
      stake: random.pick(STAKES),
      bonus: random.chance(0.1),
      practice: random.chance(0.06),
    };
  });
}
