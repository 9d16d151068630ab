import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Draft } from '@vectra/protocol';
import { gauge } from '@vectra/service-kit';
import { isPlayerEvent } from '../players.js';
import { payloadOf, type UpstreamEvent } from '../wire.js';
import { DataWatch, type DataAge } from './dataAge.js';
import { Limiter } from './limiter.js';
import { modeOf, MODES, type Condition, type Mode, type Reason } from './mode.js';

export interface MonitorsOptions {
  metrics: Registry;
  /** How many events a second that are not critical are taken. */
  limitPerSecond: number;
  /** How the feed is, without its silence. */
  condition: () => Omit<Condition, 'silence'>;
}

/** What the monitors say: `at` is Unix ms. */
export interface Assessment {
  mode: Mode;
  reasons: Reason[];
  data: DataAge;
}

/** Looks at what comes and goes, and says how the feed is. What it counts is in `/metrics`. */
export class Monitors {
  readonly #options: MonitorsOptions;
  readonly #data = new DataWatch();
  readonly #limiter: Limiter;
  readonly #intervals: Histogram;
  readonly #transitions: Counter<'from' | 'to'>;
  readonly #counts = { limited: 0, transitions: 0 };
  #tick: { gameId: unknown; tick: number; at: number } | undefined;

  constructor(options: MonitorsOptions) {
    const { metrics, limitPerSecond } = options;
    this.#options = options;
    this.#limiter = new Limiter(limitPerSecond);
    const registers = [metrics];
    this.#intervals = new Histogram({
      name: 'feed_tick_interval_seconds',
      help: 'Between two ticks of a game that follow each other; 0.25 is meant.',
      buckets: [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2, 5, 10],
      registers,
    });
    this.#transitions = new Counter({
      name: 'feed_phase_transitions_total',
      help: 'Changes of the phase of the game.',
      labelNames: ['from', 'to'],
      registers,
    });
    this.#modeGauges(metrics);
  }

  /** Since the start. */
  get counts(): Readonly<{ limited: number; transitions: number }> {
    return this.#counts;
  }

  /** Whether an event is to be taken. Those about the game, its players and their bets always are. */
  admits({ name, receivedAt }: UpstreamEvent): boolean {
    if (name === 'gameStateUpdate' || isPlayerEvent(name) || this.#limiter.admits(receivedAt)) return true;
    this.#counts.limited++;
    return false;
  }

  /** An event of the connection that is followed. */
  heard(event: UpstreamEvent): void {
    this.#data.heard(event);
    if (event.name === 'gameStateUpdate') this.#time(event);
  }

  logged(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      if (draft.type !== 'game.phase' || draft.data.phase === draft.data.previous) continue;
      this.#transitions.inc({ from: draft.data.previous, to: draft.data.phase });
      this.#counts.transitions++;
    }
  }

  /** Whether any connection is there; `at` is Unix ms. */
  connected(any: boolean, at: number): void {
    if (any) this.#data.connected(at);
    else this.#data.lost();
  }

  /** @param now Unix ms. */
  assess(now: number): Assessment {
    const data = this.#data.assess(now);
    return { ...modeOf({ ...this.#options.condition(), silence: data.problem }), data };
  }

  #time({ args, receivedAt }: UpstreamEvent): void {
    const payload = payloadOf(args);
    if (typeof payload !== 'object' || payload === null || !('tickCount' in payload)) return;
    const { tickCount: tick } = payload;
    const gameId = 'gameId' in payload ? payload.gameId : undefined;
    if (typeof tick !== 'number') return;
    if (this.#tick?.gameId === gameId && this.#tick?.tick === tick - 1)
      this.#intervals.observe((receivedAt - this.#tick.at) / 1_000);
    this.#tick = { gameId, tick, at: receivedAt };
  }

  #modeGauges(metrics: Registry): void {
    const assess = (): Assessment => this.assess(Date.now());
    new Gauge({
      name: 'feed_mode',
      help: '1 for the operating mode of the feed.',
      labelNames: ['mode'],
      registers: [metrics],
      collect() {
        const { mode } = assess();
        for (const one of MODES) this.set({ mode: one }, Number(one === mode));
      },
    });
    gauge(
      metrics,
      'feed_data_age_seconds',
      'Age of the newest frame of the game; NaN before the first.',
      () => {
        const { ageMs } = assess().data;
        return ageMs === null ? NaN : ageMs / 1_000;
      },
    );
  }
}
