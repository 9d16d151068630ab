import { lastGames, shownGame, type Game, type LiveState } from '../../connection/state.js';
import { gameAt, lastTick, type Head, type Speed } from './head.js';

/** A recorded game that was asked for. */
export type Recording =
  | { state: 'loading'; id: string }
  /** `startedAt` is ISO 8601; null for a game that is not recorded, but known to the page. */
  | { state: 'ready'; id: string; game: Game; startedAt: string | null }
  | { state: 'failed'; id: string; error: Error };

/** What somebody chose to see, and how. */
export interface Playback {
  /** The game shown in place of the running one; null: live. */
  recording: Recording | null;
  /** Where in the game; null: at the newest tick of the running game. */
  head: Head | null;
  speed: Speed;
  /** After a recorded game the next one follows. */
  continuous: boolean;
  /** Since when the gateway holds the live events back, Unix ms; null: it does not. */
  heldSince: number | null;
  /** What could not be done, in words. */
  notice: string | null;
}

export const FOLLOWING: Playback = {
  recording: null,
  head: null,
  speed: 1,
  continuous: true,
  heldSince: null,
  notice: null,
};

export type Control =
  | 'toggle'
  | 'back'
  | 'step'
  | 'seek'
  | 'speed'
  | 'previous'
  | 'next'
  | 'continuous'
  | 'jump'
  | 'catchUp'
  | 'switch';

/** What is on screen, and what can be done with it, in the same terms for the running game and a recorded one. */
export interface View {
  mode: 'live' | 'recorded';
  /** How it stands at the tick that is looked at. */
  shown: LiveState;
  /** The game on the chart, up to that tick. */
  game: Game | undefined;
  /** The next game is counting down: the chart's is over. */
  isPast: boolean;
  isPlaying: boolean;
  /** The tick that is looked at, and the highest there is to look at; -1 without any. */
  tick: number;
  last: number;
  /** Why a control can't be used now; those that can are not in it. */
  why: Partial<Record<Control, string>>;
}

/** The game that is played: the recorded one, that of the head, or the newest with a price. */
export function wholeGame(live: LiveState, { recording, head }: Playback): Game | undefined {
  if (recording !== null) return recording.state === 'ready' ? recording.game : undefined;
  const looked = head === null ? undefined : live.games.find(({ id }) => id === head.gameId);
  return looked ?? shownGame(live);
}

export function viewOf(live: LiveState, playback: Playback): View {
  const { recording, head, heldSince } = playback;
  const whole = wholeGame(live, playback);
  const last = lastTick(whole);
  const mode = recording === null ? 'live' : 'recorded';
  const isFollowing = recording === null && head?.gameId !== whole?.id;
  if (isFollowing || whole === undefined || head === null) {
    const isPast = mode === 'live' && whole !== live.games[0];
    const why = mode === 'live' ? whyFollowing(live, playback) : WHY_NOT_LOADED;
    const isPlaying = mode === 'live' && heldSince === null;
    return { mode, shown: live, game: whole, isPast, isPlaying, tick: last, last, why };
  }
  const tick = Math.min(head.tick, last);
  const game = gameAt(whole, tick);
  const why = mode === 'live' ? whyInThePast(live, playback, { tick, last }) : whyRecorded(tick, last);
  return {
    ...{ mode, game, tick, last, why },
    shown: standingAt(live, game),
    isPast: false,
    isPlaying: head.playing,
  };
}

/** Phase and trades go with the game that is looked at. */
function standingAt(live: LiveState, game: Game): LiveState {
  const phase = game.end?.reason === 'rugged' ? 'RUG_EVENT_1' : 'ACTIVE_GAMEPLAY';
  const trades = live.trades.filter(
    ({ gameId, tickIndex }) => gameId === game.id && tickIndex <= lastTick(game),
  );
  return { ...live, phase, cooldownTimer: 0, games: [game], trades };
}

type Why = View['why'];

const FIRST = 'This is the first tick';
const NOT_YET = 'The next tick has not happened yet';
const NOT_HELD = 'Live is not paused: nothing waits to be caught up with';

function whyFollowing(live: LiveState, playback: Playback): Why {
  const isNothing = shownGame(live) === undefined;
  const nothing: Why = isNothing ? { back: 'No tick yet', seek: 'No tick yet' } : {};
  return {
    ...nothing,
    ...whyLive(live, playback),
    step: NOT_YET,
    speed: 'The running game comes at its own speed',
    ...(playback.heldSince === null ? { jump: 'This is live' } : {}),
  };
}

function whyInThePast(
  live: LiveState,
  playback: Playback,
  { tick, last }: { tick: number; last: number },
): Why {
  return {
    ...whyLive(live, playback),
    ...(tick === 0 ? { back: FIRST } : {}),
    ...(tick >= last ? { step: NOT_YET } : {}),
  };
}

function whyLive(live: LiveState, { heldSince }: Playback): Why {
  const none = 'No game has ended yet';
  return {
    ...(lastGames(live).length === 0 ? { previous: none, switch: none } : {}),
    ...(heldSince === null ? { catchUp: NOT_HELD } : {}),
    next: 'There is no game after the running one',
    continuous: 'Live always goes on with the next game',
  };
}

function whyRecorded(tick: number, last: number): Why {
  return {
    catchUp: 'Only live is caught up with',
    ...(tick === 0 ? { back: FIRST } : {}),
    ...(tick >= last ? { step: 'This is the last tick' } : {}),
  };
}

const NOT_LOADED = 'The game is not loaded';
const WHY_NOT_LOADED: Why = {
  toggle: NOT_LOADED,
  back: NOT_LOADED,
  step: NOT_LOADED,
  seek: NOT_LOADED,
  previous: NOT_LOADED,
  next: NOT_LOADED,
  catchUp: 'Only live is caught up with',
};
