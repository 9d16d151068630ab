import type { Phase } from '@vectra/protocol';

/** Ids of games that have been replaced by another. */
const REMEMBERED_GAMES = 32;

/**
 * What a `gameStateUpdate` says about the phase. Countdown frames have no `active`, `rugged` and `tickCount`.
 */
export interface PhaseFrame {
  gameId: string;
  active?: boolean;
  rugged?: boolean;
  tickCount?: number;
  /** Milliseconds. */
  cooldownTimer?: number;
  allowPreRoundBuys?: boolean;
  /** The frame carries `gameHistory`. */
  hasHistory: boolean;
}

export interface PhaseStep {
  /**
   * `superseded`: of a game that another has replaced (upstream sometimes sends the old game's second rug
   * frame after the new game's first frame). `stale`: of a tick before the newest one. Neither changes the
   * phase.
   */
  verdict: 'current' | 'superseded' | 'stale';
  phase: Phase;
  previous: Phase;
  changed: boolean;
  /** False when the game is not known to go from `previous` to `phase`. */
  legal: boolean;
  /** The first frame of this game. */
  newGame: boolean;
}

/** The phase in which a tick of a game is; `rugTick`: null when the rug was not seen. */
export function phaseAt(tick: number, rugTick: number | null): Phase {
  if (tick === rugTick) return 'RUG_EVENT_1';
  return tick === 0 ? 'GAME_ACTIVATION' : 'ACTIVE_GAMEPLAY';
}

/** Which phase may follow which. A phase may always last, and `UNKNOWN` may follow and be followed by any. */
export const LEGAL_TRANSITIONS: Readonly<Record<Phase, readonly Phase[]>> = {
  UNKNOWN: ['GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'RUG_EVENT_1', 'RUG_EVENT_2', 'COOLDOWN', 'PRESALE'],
  GAME_ACTIVATION: ['ACTIVE_GAMEPLAY', 'RUG_EVENT_1', 'UNKNOWN'],
  ACTIVE_GAMEPLAY: ['RUG_EVENT_1', 'UNKNOWN'],
  // The new game's first full frame may come late or never: then the countdown is what follows.
  RUG_EVENT_1: ['RUG_EVENT_2', 'COOLDOWN', 'UNKNOWN'],
  RUG_EVENT_2: ['COOLDOWN', 'PRESALE', 'UNKNOWN'],
  COOLDOWN: ['PRESALE', 'UNKNOWN'],
  PRESALE: ['GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'UNKNOWN'],
};

/**
 * Tells the phase of the game from its frames, in the order they arrive. The rules give no illegal transition
 * on any captured session:
 * - A frame of a game that was replaced is ignored: a game's second rug frame can arrive after the next
 *   game's first frame.
 * - `rugged` is RUG_EVENT_1, at once and until the next game.
 * - `active` is GAME_ACTIVATION at tick 0 and ACTIVE_GAMEPLAY after. An active frame of an older tick is
 *   dropped: the snapshot a connection begins with can arrive behind a newer tick.
 * - A countdown is PRESALE when buys are allowed; else RUG_EVENT_2 if the game before was just followed by a
 *   frame with the history, else COOLDOWN.
 * - Any other frame leaves the phase as it is. So does a paused countdown, which repeats its frame.
 */
export class PhaseMachine {
  #phase: Phase = 'UNKNOWN';
  #gameId: string | undefined;
  #lastTick = -1;
  readonly #superseded = new Set<string>();

  get phase(): Phase {
    return this.#phase;
  }

  /** The game of the newest frames; undefined before the first. */
  get gameId(): string | undefined {
    return this.#gameId;
  }

  /** Forgets the phase, as after a lost connection. Games that were replaced stay so. */
  reset(): void {
    this.#phase = 'UNKNOWN';
    this.#lastTick = -1;
  }

  /** Takes the next frame. An illegal transition is reported, and taken: upstream's word counts. */
  observe(frame: PhaseFrame): PhaseStep {
    if (this.#superseded.has(frame.gameId)) return this.#unchanged('superseded');
    const newGame = frame.gameId !== this.#gameId;
    if (newGame) this.#replaceGame(frame.gameId);
    if (frame.active === true && frame.tickCount !== undefined) {
      if (frame.tickCount < this.#lastTick) return this.#unchanged('stale');
      this.#lastTick = frame.tickCount;
    }
    const previous = this.#phase;
    this.#phase = phaseOf(frame, newGame && previous !== 'UNKNOWN') ?? previous;
    const changed = this.#phase !== previous;
    const legal = !changed || LEGAL_TRANSITIONS[previous].includes(this.#phase);
    return { verdict: 'current', phase: this.#phase, previous, changed, legal, newGame };
  }

  #unchanged(verdict: 'superseded' | 'stale'): PhaseStep {
    return {
      verdict,
      phase: this.#phase,
      previous: this.#phase,
      changed: false,
      legal: true,
      newGame: false,
    };
  }

  #replaceGame(gameId: string): void {
    if (this.#gameId !== undefined) this.#superseded.add(this.#gameId);
    const [oldest] = this.#superseded;
    if (this.#superseded.size > REMEMBERED_GAMES && oldest !== undefined) this.#superseded.delete(oldest);
    this.#gameId = gameId;
    this.#lastTick = -1;
  }
}

/**
 * The phase a frame tells; undefined when it tells none. `follows`: it is the first frame after another
 * game's.
 */
function phaseOf(frame: PhaseFrame, follows: boolean): Phase | undefined {
  if (frame.rugged === true) return 'RUG_EVENT_1';
  if (frame.active === true) return (frame.tickCount ?? 0) > 0 ? 'ACTIVE_GAMEPLAY' : 'GAME_ACTIVATION';
  if ((frame.cooldownTimer ?? 0) <= 0) return undefined;
  if (frame.allowPreRoundBuys === true) return 'PRESALE';
  return follows && frame.hasHistory ? 'RUG_EVENT_2' : 'COOLDOWN';
}
