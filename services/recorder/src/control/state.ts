import type { RecordingChange } from '../book.js';

/**
 * `recording`; `finishing`: paused, and the game in progress is recorded to its end; `paused`; `waiting`: resumed, and the game
 * in progress, which started before, gets no files; `standby`: another instance records.
 */
export type ControlState = 'recording' | 'finishing' | 'paused' | 'waiting' | 'standby';

/** What a recorder says of its recording. */
export interface RecordingStatus {
  state: ControlState;
  /** Unix ms of the wish it follows; null when nobody has wished anything. */
  since: number | null;
  by: string | null;
  /** The game in progress; null between two games. */
  gameId: string | null;
  /** The same in words. */
  says: string;
}

export interface Known {
  owner: boolean;
  change: RecordingChange | undefined;
  running: { id: string; recorded: boolean } | undefined;
}

/** What is to be said, given what the recorder knows. */
export function statusOf({ owner, change, running }: Known): RecordingStatus {
  const state = stateOf({ owner, change, running });
  return {
    state,
    since: change?.at ?? null,
    by: change?.by ?? null,
    gameId: running?.id ?? null,
    says: wordsFor(state, change, running?.id ?? ''),
  };
}

function stateOf({ owner, change, running }: Known): ControlState {
  if (!owner) return 'standby';
  if (change?.recording === 'paused') return running?.recorded === true ? 'finishing' : 'paused';
  return running?.recorded === false ? 'waiting' : 'recording';
}

function wordsFor(state: ControlState, change: RecordingChange | undefined, gameId: string): string {
  switch (state) {
    case 'standby':
      return 'standing by';
    case 'recording':
      return 'recording';
    case 'finishing':
      return `${paused(change)}; the game in progress, ${gameId}, is still recorded to its end`;
    case 'paused':
      return `${paused(change)}: games that start now are not recorded`;
    case 'waiting':
      return `resumed; recording goes on with the next game (${gameId} started while it was paused)`;
  }
}

function paused(change: RecordingChange | undefined): string {
  if (change === undefined) return 'paused';
  const since = change.at === 0 ? '' : ` since ${new Date(change.at).toISOString()}`;
  return `paused${since} by ${change.by}`;
}
