import { createStore } from '../../app/store.js';
import type { Session } from '../../connection/session.js';
import { lastGames } from '../../connection/state.js';
import { advance, lastTick, otherSpeed, type Speed } from './head.js';
import { loadRecording, neighbour } from './recordings.js';
import { FOLLOWING, viewOf, wholeGame, type Playback, type View } from './view.js';

/** After a recorded game its end is seen for so long before the next one follows. */
const LAST_LOOK_MS = 2_000;
/** A page that was not drawn for longer, as in a hidden tab, was not watched: the head stood still. */
const LONGEST_FRAME_MS = 500;

export interface ControlOptions {
  session: Pick<Session, 'read' | 'connection' | 'rejoin'>;
  /** Goes to the address of a recorded game, or to live (null), which then calls `show`. */
  open: (gameId: string | null) => void;
}

/**
 * Play, pause, step, seek and the rest, the same for the running game and recorded ones. Both are played from the prices
 * that the page has; only at the newest tick of the running game a pause is the gateway's, which then holds the events.
 * What can't be done now (`View.why`) does nothing.
 */
export class PlaybackControl {
  readonly playback = createStore<Playback>(FOLLOWING);
  readonly #options: ControlOptions;
  /** The head's place between two ticks. */
  #exact = 0;
  #frame: number | undefined;
  #lastLook: number | undefined;
  /** Where the recorded game was left, for coming back. */
  #left: { id: string; tick: number } | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Works until the function returned is called, as when somebody leaves the screen: a pause that nobody sees would be a trap. */
  start(): () => void {
    const unwatch = this.#options.session.connection.subscribe(() => this.#set({ heldSince: null }));
    return () => {
      unwatch();
      void this.#release();
      this.#leaveRecording();
      this.#set(FOLLOWING);
    };
  }

  view(): View {
    return viewOf(this.#live, this.playback.read());
  }

  /** Shows a recorded game from a tick on, or live (null). */
  show(id: string | null, tick?: number): void {
    const { recording } = this.playback.read();
    if (id === (recording?.id ?? null)) return;
    this.#leaveRecording();
    if (id === null) {
      this.#set({ recording: null, head: null, notice: null });
      return;
    }
    void this.#release();
    const from = tick ?? (this.#left?.id === id ? this.#left.tick : 0);
    this.#set({ recording: { state: 'loading', id }, head: null, notice: null });
    void this.#load(id, from);
  }

  /** Loads the recorded game again, after that failed. */
  retry(): void {
    const { recording } = this.playback.read();
    if (recording?.state === 'failed') void this.#load(recording.id, 0);
  }

  /** Live to recorded, to the game that was left there or else the last one; and back. */
  switchMode(): void {
    const { mode, why } = this.view();
    if (mode === 'recorded') this.#options.open(null);
    else if (why.switch === undefined) this.#options.open(this.#left?.id ?? this.#lastGame ?? null);
  }

  toggle(): void {
    const { head, heldSince, recording } = this.playback.read();
    const { tick, last, why } = this.view();
    if (why.toggle !== undefined) return;
    if (head === null) {
      if (heldSince === null) void this.#hold();
      else this.catchUp();
    } else if (recording !== null && tick >= last && !head.playing) this.#moveTo(0, true);
    else this.#moveTo(tick, !head.playing);
  }

  /** By so many ticks, forwards or backwards; then it stands still. */
  step(by: 1 | -1): void {
    const { tick, why } = this.view();
    if (why[by === 1 ? 'step' : 'back'] === undefined) this.#moveTo(tick + by, false);
  }

  /** The newest tick of the running game is live itself. */
  seek(tick: number): void {
    const { mode, last, isPlaying, why } = this.view();
    if (why.seek !== undefined) return;
    if (mode === 'live' && tick >= last) this.#set({ head: null });
    else this.#moveTo(tick, isPlaying);
  }

  setSpeed(speed: Speed): void {
    if (this.view().why.speed === undefined) this.#set({ speed });
  }

  changeSpeed(by: 1 | -1): void {
    this.setSpeed(otherSpeed(this.playback.read().speed, by));
  }

  setContinuous(continuous: boolean): void {
    if (this.view().why.continuous === undefined) this.#set({ continuous });
  }

  /** To the game after this one, or before it. */
  turn(direction: 1 | -1): void {
    const { mode, why } = this.view();
    if (why[direction === 1 ? 'next' : 'previous'] !== undefined) return;
    if (mode === 'recorded') void this.#turnTo(direction);
    else this.#options.open(this.#lastGame ?? null);
  }

  /** To the newest tick of the running game; what was held back meanwhile is not played. */
  jump(): void {
    const { recording, heldSince } = this.playback.read();
    if (recording !== null) {
      this.#options.open(null);
      return;
    }
    this.#set({ head: null, heldSince: null, notice: null });
    if (heldSince !== null) this.#options.session.rejoin();
  }

  /** Ends a pause of live with every event since. */
  catchUp(): void {
    if (this.view().why.catchUp !== undefined) return;
    this.#set({ head: null });
    void this.#release();
  }

  get #live() {
    return this.#options.session.read().live;
  }

  get #lastGame(): string | undefined {
    return lastGames(this.#live).at(-1)?.id;
  }

  #set(change: Partial<Playback>): void {
    this.playback.set({ ...this.playback.read(), ...change });
  }

  async #load(id: string, tick: number): Promise<void> {
    const known = this.#live.games.find((game) => game.id === id);
    const recording = await loadRecording(id, known);
    if (this.playback.read().recording?.id !== id) return; // somebody has gone on meanwhile
    this.#set({ recording });
    if (recording.state === 'ready') this.#moveTo(tick, true);
  }

  #leaveRecording(): void {
    const { recording, head } = this.playback.read();
    if (recording !== null && head !== null) this.#left = { id: recording.id, tick: head.tick };
    this.#stand();
  }

  async #turnTo(direction: 1 | -1): Promise<void> {
    const { recording } = this.playback.read();
    if (recording?.state !== 'ready') return;
    const { id, startedAt } = recording;
    try {
      const found = startedAt === null ? undefined : await neighbour({ id, startedAt }, direction);
      if (this.playback.read().recording !== recording) return;
      if (found !== undefined) this.#options.open(found);
      else
        this.#set({ notice: direction === 1 ? 'No later game is recorded' : 'No earlier game is recorded' });
    } catch {
      this.#set({ notice: 'The gateway does not answer: no other game can be looked for' });
    }
  }

  async #hold(): Promise<void> {
    this.#set({ heldSince: Date.now(), notice: null });
    try {
      await this.#options.session.connection.read()?.pause();
    } catch {
      this.#set({ heldSince: null, notice: 'The connection was lost: live is not paused' });
    }
  }

  async #release(): Promise<void> {
    const { heldSince } = this.playback.read();
    if (heldSince === null) return;
    this.#set({ heldSince: null, notice: null });
    try {
      await this.#options.session.connection.read()?.resume();
    } catch {
      this.#set({ heldSince, notice: 'The connection was lost: live is still paused' });
    }
  }

  /** Puts the head on a tick of the game on screen. */
  #moveTo(tick: number, playing: boolean): void {
    const game = wholeGame(this.#live, this.playback.read());
    if (game === undefined) return;
    this.#exact = Math.max(0, Math.min(tick, lastTick(game)));
    this.#stand();
    this.#set({ head: { gameId: game.id, tick: this.#exact, playing }, notice: null });
    if (playing) this.#run(performance.now());
  }

  #stand(): void {
    if (this.#frame !== undefined) window.cancelAnimationFrame(this.#frame);
    window.clearTimeout(this.#lastLook);
    this.#frame = undefined;
  }

  #run(before: number): void {
    this.#frame = window.requestAnimationFrame((now) => {
      this.#frame = undefined;
      this.#goOn(Math.min(Math.max(0, now - before), LONGEST_FRAME_MS));
      if (this.playback.read().head?.playing === true) this.#run(now);
    });
  }

  #goOn(ms: number): void {
    const playback = this.playback.read();
    const { head, speed, recording } = playback;
    const game = wholeGame(this.#live, playback);
    const last = lastTick(game);
    if (head === null) return;
    if (game?.id !== head.gameId) {
      this.#set({ head: null }); // the page does not keep that game any more
      return;
    }
    this.#exact = advance(this.#exact, ms, { speed, last });
    const tick = Math.floor(this.#exact);
    if (tick < last) {
      if (tick !== head.tick) this.#set({ head: { ...head, tick } });
    } else if (recording === null) this.#set({ head: null });
    else {
      this.#set({ head: { ...head, tick, playing: false } });
      this.#lastLook = window.setTimeout(() => this.#afterEnd(), LAST_LOOK_MS);
    }
  }

  #afterEnd(): void {
    if (this.playback.read().continuous) void this.#turnTo(1);
  }
}
