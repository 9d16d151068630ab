import { decimal } from '@vectra/game';
import type { GameRecording, Strategy } from '@vectra/protocol';
import { marketsOf, pastGame } from '../market/recorded.js';
import { PAST_GAMES } from '../market/reader.js';
import type { Behaviour, PastGame } from '../session/behaviour.js';
import { advance, openSession, walletOf, type Happening, type Session } from '../session/session.js';

/** One game of a backtest. SOL are decimal strings. */
export interface GameResult {
  gameId: string;
  startTime: string;
  rugTick: number;
  peak: number;
  bets: number;
  /** What the game changed the wallet by. */
  profit: string;
  /** After it. */
  wallet: string;
}

export interface Backtest {
  session: Session;
  games: GameResult[];
  history: Happening[];
}

/** What was played since it was last taken. */
export type Slice = Omit<Backtest, 'session'>;

/** One session through recorded games, in their order: the same engine that plays live. Recordings with holes are left out by the caller. */
export class BacktestRun {
  readonly #behaviour: Behaviour;
  readonly #past: PastGame[];
  #games: GameResult[] = [];
  #history: Happening[] = [];
  #session: Session;

  /** `past`: games before the first, newest first. */
  constructor(strategy: Strategy, behaviour: Behaviour, past: readonly PastGame[] = []) {
    this.#behaviour = behaviour;
    this.#past = [...past];
    this.#session = openSession('backtest', strategy);
  }

  play(recording: GameRecording): GameResult {
    const before = walletOf(this.#session.trading);
    let bets = 0;
    const prices: number[] = [];
    const around = { behaviour: this.#behaviour, prices, recentGames: this.#past, tradable: true };
    for (const market of marketsOf(recording)) {
      if (market.kind === 'tick') prices.push(market.price);
      const { session, happenings } = advance(this.#session, market, around);
      this.#session = session;
      for (const happening of happenings) {
        this.#history.push(happening);
        if (happening.kind === 'game') bets = happening.bets;
      }
    }
    const { meta } = recording;
    const wallet = walletOf(this.#session.trading);
    const game: GameResult = {
      ...{ gameId: meta.game_id, startTime: meta.start_time, rugTick: prices.length, bets, wallet },
      peak: meta.peak_multiplier,
      profit: decimal(wallet).minus(before).toFixed(),
    };
    this.#games.push(game);
    this.#past.unshift(pastGame(recording));
    this.#past.length = Math.min(this.#past.length, PAST_GAMES);
    return game;
  }

  get session(): Session {
    return this.#session;
  }

  /** Newest first, ten at most. */
  get past(): readonly PastGame[] {
    return this.#past;
  }

  /** Of all games since the last `take`. */
  get result(): Backtest {
    return { session: this.#session, games: this.#games, history: this.#history };
  }

  /** Hands over what was played, and keeps it no longer. */
  take(): Slice {
    const slice = { games: this.#games, history: this.#history };
    this.#games = [];
    this.#history = [];
    return slice;
  }
}
