import type { SourceName } from './wire.js';

/** In play something comes every 0.25 s (0.6 s at most), in a countdown every 0.1 s. A pause silences every connection alike. */
const SILENT_MS = 5_000;
/** So long the preferred one must have been well before it is followed again. */
const WELL_MS = 3_000;

interface State {
  lost: boolean;
  /** Unix ms of its newest frame of a game; null before the first. */
  lastFrameAt: number | null;
  /** Since when frames come without a break. */
  wellSince: number;
}

export interface Switch {
  from: SourceName;
  to: SourceName;
  reason: string;
}

/**
 * Which of several connections to the same game is followed. Pure. The first is preferred. Another takes its place when it is lost, or
 * gives no frame for 5 s while the other does; it is followed again when it has given frames for 3 s. It is decided when
 * something happens, never by a timer: there is nothing to gain from a connection that is silent as well.
 */
export class Choice {
  readonly #preferred: SourceName;
  readonly #states: Map<SourceName, State>;
  readonly #begun: number;
  #active: SourceName;

  /** @param names the preferred one first; at least one. @param now Unix ms. */
  constructor(names: readonly [SourceName, ...SourceName[]], now: number) {
    [this.#preferred] = names;
    this.#active = this.#preferred;
    this.#begun = now;
    this.#states = new Map(names.map((name) => [name, { lost: false, lastFrameAt: null, wellSince: now }]));
  }

  get active(): SourceName {
    return this.#active;
  }

  /** A frame of a game came. */
  heard(name: SourceName, now: number): Switch | undefined {
    const state = this.#state(name);
    if (state.lost || now - (state.lastFrameAt ?? -Infinity) > SILENT_MS) state.wellSince = now;
    state.lost = false;
    state.lastFrameAt = now;
    if (name === this.#active) return undefined;
    const trouble = this.#trouble(now);
    if (trouble !== undefined) return this.#follow(name, trouble);
    const back = name === this.#preferred && now - state.wellSince >= WELL_MS;
    return back ? this.#follow(name, 'it is well again') : undefined;
  }

  /** It was lost, or found again. */
  connection(name: SourceName, connected: boolean, now: number): Switch | undefined {
    const state = this.#state(name);
    state.lost = !connected;
    state.wellSince = now;
    if (connected || name !== this.#active) return undefined;
    const [other] = [...this.#states].filter(([, state]) => this.#isWell(state, now));
    return other === undefined ? undefined : this.#follow(other[0], `${name} was lost`);
  }

  #isWell({ lost, lastFrameAt }: State, now: number): boolean {
    return !lost && lastFrameAt !== null && now - lastFrameAt <= SILENT_MS;
  }

  /** What is wrong with the one that is followed. */
  #trouble(now: number): string | undefined {
    const { lost, lastFrameAt } = this.#state(this.#active);
    if (lost) return `${this.#active} was lost`;
    const silent = now - Math.max(lastFrameAt ?? 0, this.#begun);
    return silent > SILENT_MS ? `${this.#active} is silent` : undefined;
  }

  #follow(to: SourceName, reason: string): Switch {
    const from = this.#active;
    this.#active = to;
    return { from, to, reason };
  }

  #state(name: SourceName): State {
    const state = this.#states.get(name);
    if (state === undefined) throw new RangeError(`no source ${name}`);
    return state;
  }
}
