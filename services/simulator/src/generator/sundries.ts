import { PRACTICE_ADDRESS, sol } from './money.js';
import type { Player } from './players.js';
import type { Random } from './random.js';

/** Events about the game that have little to do with its course. */

interface RoyaleEvent {
  id: string;
  startTime: string;
  endTime: string;
  prepTimeMinutes: number;
  levelRequired: number;
  status: string;
  createdAt: string;
  createdBy: string;
  startingBalance: number;
  customPrizes: Record<string, number>;
}

/** `rugRoyale` of a standard frame. */
export interface RugRoyale {
  status: 'INACTIVE' | 'SCHEDULED';
  activeEventId: string | null;
  currentEvent: RoyaleEvent | null;
  upcomingEvents: readonly RoyaleEvent[];
  events: readonly RoyaleEvent[];
}

export const NO_ROYALE: RugRoyale = {
  status: 'INACTIVE',
  activeEventId: null,
  currentEvent: null,
  upcomingEvents: [],
  events: [],
};

const PRIZES: Record<string, number> = {
  1: 1,
  2: 0.5,
  3: 0.25,
  4: 0.1,
  5: 0.025,
  6: 0.025,
  7: 0.025,
  8: 0.025,
  9: 0.025,
  10: 0.025,
};
const HOUR = 3_600_000;

/** A day's plan of rug royales, the first of which is next. */
export function scheduleRoyales(random: Random, now: number): RugRoyale {
  const firstHour = Math.ceil(now / HOUR) * HOUR;
  const events = Array.from({ length: random.int(6, 11) }, (_, index): RoyaleEvent => {
    const start = firstHour + index * 2 * HOUR;
    return {
      id: `admin-${random.uuid()}`,
      startTime: new Date(start).toISOString(),
      endTime: new Date(start + HOUR / 2).toISOString(),
      prepTimeMinutes: 30,
      levelRequired: 10,
      status: 'SCHEDULED',
      createdAt: new Date(Math.floor(now) - index * 8000).toISOString(),
      createdBy: 'admin',
      startingBalance: 100,
      customPrizes: PRIZES,
    };
  });
  const currentEvent = events[0] ?? null;
  return {
    status: 'SCHEDULED',
    activeEventId: currentEvent?.id ?? null,
    currentEvent,
    upcomingEvents: [],
    events,
  };
}

/** `rugRoyaleUpdate`: carries no trace. */
export function rugRoyaleUpdate(random: Random, royale: RugRoyale, players: readonly Player[], now: number) {
  const leaderboard = players.slice(0, 5).map((player, index) => ({
    playerId: player.id,
    username: player.username,
    balance: sol(random.between(100, 5000)),
    level: player.level,
    lastUpdated: Math.round(now),
    rank: index + 1,
  }));
  return {
    ...royale,
    leaderboard,
    history: [],
    playerPosition: null,
    timeRemaining: null,
    finalRound: false,
    isInFinalRound: false,
    config: {
      token: PRACTICE_ADDRESS,
      startingBalance: 100,
      prepTimeMinutes: 30,
      levelRequired: 10,
      prizeTiers: PRIZES,
    },
  };
}

const PHRASES = [
  'gl all',
  'to the moon',
  'rugged again',
  'who sold',
  'nice one',
  'sidebet hit',
  'one more',
  'lol',
];

/** `newChatMessage` */
export function chatMessage(random: Random, player: Player, now: number) {
  return {
    playerId: player.id,
    username: player.username,
    level: player.level,
    message: random.pick(PHRASES),
    timestamp: Math.round(now),
    filtered: false,
    role: null,
    tag: random.chance(0.2) ? 'ghoul' : null,
    verified: random.chance(0.7),
    discordUsername: null,
    replyTo: null,
  };
}

/** `battleEventUpdate` */
export function battleEventUpdate() {
  return {
    status: 'SCHEDULED',
    startTime: null,
    endTime: null,
    nextEventStartTime: null,
    currentEvent: null,
    nextEvent: null,
    leaderboard: [],
    fullLeaderboardSize: 0,
    playerPosition: null,
    participantCount: 0,
    activeBattleCount: 0,
    lobbyCreationDisabled: false,
    queue: { active: false, queueSize: 0, availableLobbies: 0 },
    isShowingPreviousEvent: null,
    eventSchedule: [],
    config: { token: PRACTICE_ADDRESS, startingBalance: 100, prepTimeMinutes: 30, levelRequired: 1 },
  };
}

/** `goldenHourUpdate` while no golden hour is on. */
export function goldenHourUpdate() {
  return {
    status: 'INACTIVE',
    activeEventId: null,
    currentEvent: null,
    upcomingEvents: [],
    events: [],
    currentGameIsGolden: false,
  };
}
