import type { Strategy } from '@vectra/protocol';
import type { PackedGames } from '../backtest/packed.js';
import type { GamesFilter } from '../backtest/query.js';
import type { Slice } from '../backtest/run.js';
import type { Chunk } from '../backtest/source.js';
import type { Session } from '../session/session.js';
import type { Outcome } from '../sweep/outcome.js';

/** What a thread plays: strategies, through all games. */
export interface Assignment {
  /** `backtest`: every game and every bet is wanted. `sweep`: only what each came to, apart for training and test games. */
  kind: 'backtest' | 'sweep';
  strategies: readonly Strategy[];
  /** The folder of plug-ins. */
  plugins: string;
}

/** Games to be played, in their order. */
export interface Stretch {
  games: PackedGames;
  /** How many were played before the first of them. */
  first: number;
  part: 'train' | 'test';
}

/** What a thread can be told to do; one thing at a time. */
export type Task =
  | { kind: 'open'; assignment: Assignment }
  | { kind: 'load'; chunk: Chunk; filter: GamesFilter }
  | ({ kind: 'play' } & Stretch)
  | { kind: 'finish' };

/** What it answers to each. */
export interface Replies {
  open: null;
  load: { games: PackedGames; leftOut: string[] };
  /** One a strategy; none in a sweep. */
  play: Slice[];
  finish: Finished;
}

/** One a strategy: of a backtest its session, of a sweep its outcome. */
export interface Finished {
  sessions: Session[];
  outcomes: Outcome[];
}
