import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  parseEvent,
  type Command,
  type Event,
  type GameRecording,
  type GameSummary,
  type Reply,
  type Role,
} from '@vectra/protocol';
import type { Client } from '../src/client.js';
import type { GameSource } from '../src/replay/library.js';
import type { Clock } from '../src/replay/clock.js';
import { scoreOf, type Score } from '../src/replay/score.js';

const FIRST_START = Date.parse('2025-12-07T10:00:00.000Z');

/** A recorded game that starts so many minutes after the first and is rugged at its last price. */
export function recordingOf(gameId: string, prices: number[], minute = 0): GameRecording {
  const rugTick = prices.length - 1;
  const startedAt = FIRST_START + minute * 60_000;
  return {
    meta: {
      game_id: gameId,
      start_time: new Date(startedAt).toISOString(),
      end_time: new Date(startedAt + rugTick * 250).toISOString(),
      duration_ticks: rugTick,
      peak_multiplier: Math.max(...prices),
      server_seed_hash: 'ab12',
      server_seed: `seed of ${gameId}`,
      verified: true,
      rug_tick: rugTick,
      complete: true,
      backfilled_ticks: 0,
    },
    prices,
  };
}

/** Prices of a game with so many ticks: 1, 1.01, ... and 0.02 at the rug. */
export function pricesOf(ticks: number): number[] {
  return Array.from({ length: ticks }, (_, tick) => (tick === ticks - 1 ? 0.02 : 1 + tick / 100));
}

/** Recordings in memory, oldest first; `score` fails for those in `damaged`. */
export class FakeGames implements GameSource {
  readonly recordings: GameRecording[];
  readonly damaged = new Set<string>();

  constructor(recordings: GameRecording[]) {
    this.recordings = recordings;
  }

  get #summaries(): GameSummary[] {
    return this.recordings.map(({ meta }) => ({ ...meta, file: '', jsonl: null }));
  }

  find(gameId: string): Promise<GameSummary | undefined> {
    return Promise.resolve(this.#summaries.find(({ game_id }) => game_id === gameId));
  }

  list({ minPeak }: { minPeak: number }): Promise<GameSummary[]> {
    return Promise.resolve(this.#summaries.filter(({ peak_multiplier }) => peak_multiplier >= minPeak));
  }

  async after(game: GameSummary, minPeak: number): Promise<GameSummary | undefined> {
    return (await this.list({ minPeak })).find(({ start_time }) => start_time > game.start_time);
  }

  score({ game_id }: GameSummary): Promise<Score | undefined> {
    const recording = this.recordings.find(({ meta }) => meta.game_id === game_id);
    return Promise.resolve(recording && !this.damaged.has(game_id) ? scoreOf(recording) : undefined);
  }
}

/** Time that stands still until it is told to pass. */
export class TestClock implements Clock {
  #now = 1_000;
  #timers: { at: number; then: () => void }[] = [];
  readonly #atOnce: number;

  /** @param atOnce how many moments may have to be given without any time passing. */
  constructor(atOnce = 500) {
    this.#atOnce = atOnce;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  turn(): Promise<void> {
    return nextTurn();
  }

  /** Lets so many ms pass, and everything happen that is due in them. */
  async pass(ms: number): Promise<void> {
    const target = this.#now + ms;
    for (;;) {
      await this.#settled();
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > target) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.then();
    }
    this.#now = target;
    await this.#settled();
  }

  /** Everything that needs no time has happened. */
  async #settled(): Promise<void> {
    for (let moments = 0; moments <= this.#atOnce; moments += 16) await nextTurn();
  }
}

/** A client that keeps what it is told. */
export class FakeClient implements Client {
  readonly role: Role | undefined = undefined;
  readonly id = 'aaaa:7';
  closed = false;
  /** Events and replies, as they came. */
  readonly told: (Event | Reply)[] = [];
  channels: (type: string) => boolean = () => true;
  held = 0;
  released: boolean[] = [];
  /** Set: takes nothing until this is resolved. */
  stalled: Promise<void> | undefined;

  get events(): Event[] {
    return this.told.filter((each): each is Event => 'seq' in each);
  }

  get replies(): Reply[] {
    return this.told.filter((each): each is Reply => !('seq' in each));
  }

  /** `a:0 a:1 ...`: the ticks, and where a game starts, `a:start`. */
  get ticks(): string[] {
    return ticksIn(this.events);
  }

  reply(reply: Reply): void {
    this.told.push(reply);
  }

  sendEvent(text: string): void {
    this.told.push(parseEvent(JSON.parse(text)));
  }

  wants(type: string): boolean {
    return this.channels(type);
  }

  async drained(): Promise<void> {
    await this.stalled;
  }

  hold(): void {
    this.held += 1;
  }

  release(skip: boolean): number {
    this.released.push(skip);
    return skip ? 7 : 0;
  }
}

export function ticksIn(events: readonly Event[]): string[] {
  return events.flatMap(({ type, gameId, data }) => {
    if (type === 'game.start') return [`${gameId ?? ''}:start`];
    return type === 'game.tick' ? [`${gameId ?? ''}:${data.tickCount}`] : [];
  });
}

/** `a:3 ... a:5` */
export function ticksFrom(gameId: string, from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => `${gameId}:${from + i}`);
}

export function asCommand(action: Command['action'], fields: object = {}): Command {
  return { action, ...fields } as Command;
}
