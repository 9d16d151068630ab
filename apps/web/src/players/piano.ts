import { decimal, SIDEBET_TICKS } from '@vectra/game';
import type { GameRecording, SessionAction, SessionRecording } from '@vectra/protocol';
import { peakOf, type Game } from '../connection/state.js';

/** A recorded session as it is played: its games in the order in which the player came to them. */
export interface Piano {
  games: readonly PianoGame[];
  /** Of all games, in the order of play. */
  actions: readonly Played[];
  /** Before the first action. */
  start: Standing;
}

/** What the player did in one game, in the order of the ticks; within a tick as it was told. */
export interface PianoGame {
  id: string;
  actions: readonly Played[];
}

/** An action, and how things stood after it. */
export interface Played {
  action: SessionAction;
  /** Its number in the piano's list, and that of its game. */
  index: number;
  game: number;
  after: Standing;
}

/** How the player stands. Decimal strings; null is what the server did not state. */
export interface Standing {
  /** SOL. */
  balance: string | null;
  position: string | null;
  /** SOL realized since the session began, and in this game. */
  pnl: string;
  gamePnl: string;
  /** Results in SOL that could not be reckoned: they are missing in both. */
  unknown: number;
}

/** What settles something, and so has a result. */
const RESULTS: ReadonlySet<SessionAction['action']> = new Set([
  'SELL',
  'FORCED_SELL',
  'SIDEBET_WIN',
  'SIDEBET_LOSE',
  'SHORT_CLOSE',
]);

export function pianoOf({ summary, actions }: SessionRecording): Piano {
  const start: Standing = {
    balance: summary.start_balance,
    position: null,
    pnl: '0',
    gamePnl: '0',
    unknown: 0,
  };
  const played: Played[] = [];
  const ids = [...new Set(actions.map(({ game_id }) => game_id))];
  const games = ids.map((id, game) => {
    const first = played.length;
    const ofGame = actions.filter(({ game_id }) => game_id === id);
    for (const action of ofGame.toSorted((a, b) => a.tick - b.tick)) {
      const before = played.at(-1)?.after ?? start;
      const after = standingAfter(action, played.length === first ? atStartOfGame(before) : before);
      played.push({ action, index: played.length, game, after });
    }
    return { id, actions: played.slice(first) };
  });
  return { games, actions: played, start };
}

function standingAfter(action: SessionAction, before: Standing): Standing {
  const { coin, pnl, balance_after: balance, position_qty_after: position } = action;
  const realized = coin === null ? pnl : null;
  const isUnknown = coin === null && pnl === null && RESULTS.has(action.action);
  return {
    balance,
    position,
    pnl: sum(before.pnl, realized),
    gamePnl: sum(before.gamePnl, realized),
    unknown: before.unknown + (isUnknown ? 1 : 0),
  };
}

function sum(before: string, more: string | null): string {
  return more === null ? before : decimal(before).plus(more).toFixed();
}

/** A position is a game's own. */
function atStartOfGame(before: Standing): Standing {
  return { ...before, position: null, gamePnl: '0' };
}

/** Where the replay is. */
export interface Playhead {
  /** Number of the game. */
  game: number;
  tick: number;
  /** How many actions of the game have been played: all of the ticks before, and of this tick those up to the one jumped to. */
  done: number;
}

export const START: Playhead = { game: 0, tick: 0, done: 0 };

/** The playhead at a tick of a game, with all that is due by then played. */
export function headAt({ games }: Piano, game: number, tick: number): Playhead {
  const actions = games[game]?.actions ?? [];
  const later = actions.findIndex(({ action }) => action.tick > tick);
  return { game, tick, done: later === -1 ? actions.length : later };
}

/** At an action: those after it in the same tick are still to come. */
export function headAtAction({ actions, games }: Piano, index: number): Playhead | undefined {
  const played = actions[index];
  if (played === undefined) return undefined;
  const first = games[played.game]?.actions[0]?.index ?? 0;
  return { game: played.game, tick: played.action.tick, done: index - first + 1 };
}

/** Number of the newest action played; -1 before the first. */
export function currentAction({ games }: Piano, { game, done }: Playhead): number {
  return (games[game]?.actions[0]?.index ?? 0) + done - 1;
}

/** The next action, or the one before: that is the current one when the replay has gone on since. */
export function headByAction(piano: Piano, head: Playhead, way: 'next' | 'previous'): Playhead | undefined {
  const current = currentAction(piano, head);
  if (way === 'next') return headAtAction(piano, current + 1);
  const { action, game } = piano.actions[current] ?? {};
  const isPast = action === undefined || game !== head.game || action.tick < head.tick;
  return headAtAction(piano, isPast ? current : current - 1);
}

/** How things stand at the playhead. */
export function standingAt({ games, actions, start }: Piano, { game, done }: Playhead): Standing {
  const played = games[game]?.actions[done - 1];
  if (played !== undefined) return played.after;
  const before = actions[(games[game]?.actions[0]?.index ?? 0) - 1];
  return before === undefined ? start : atStartOfGame(before.after);
}

/** The last tick of a game's replay: the rug, or the last action where that comes later, or where the game was not recorded. */
export function lastTick({ actions }: PianoGame, recording: GameRecording | null): number {
  return Math.max((recording?.prices.length ?? 0) - 1, actions.at(-1)?.action.tick ?? 0);
}

/** The game as it was at the playhead, for the chart. Of one that was not recorded only the prices of the actions are known. */
export function gameAt(game: PianoGame, recording: GameRecording | null, { tick, done }: Playhead): Game {
  const told = new Map(game.actions.slice(0, done).map(({ action }) => [action.tick, action.price]));
  const prices = Array.from({ length: tick + 1 }, (_, at) => {
    if (recording !== null) return recording.prices[at] ?? null;
    const price = told.get(at) ?? null;
    return price === null ? null : Number(price);
  });
  const rugTick = recording?.meta.rug_tick ?? null;
  const isOver = rugTick !== null && tick >= rugTick;
  return {
    id: game.id,
    prices,
    peak: peakOf(prices),
    end: isOver ? { reason: 'rugged', rugTick, rugPrice: prices[rugTick] ?? null } : null,
    verified: recording?.meta.verified ?? null,
  };
}

/** A sidebet's window, ends included, and what came of it as far as the replay has come. */
export interface BetWindow {
  from: number;
  to: number;
  state: 'open' | 'won' | 'lost';
}

export function betWindows({ actions }: PianoGame, { done }: Playhead): BetWindow[] {
  const states = new Map<number, BetWindow['state']>();
  for (const { action } of actions.slice(0, done)) {
    const { action: kind, bet_start_tick: from } = action;
    if (from === null) continue;
    states.set(from, kind === 'SIDEBET_WIN' ? 'won' : kind === 'SIDEBET_LOSE' ? 'lost' : 'open');
  }
  return [...states].map(([from, state]) => ({ from, to: from + SIDEBET_TICKS, state }));
}
