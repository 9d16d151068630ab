import { Counter, type Registry } from 'prom-client';
import type { EventLog, RawEvent, RawWriter } from '@vectra/stream';
import type { Heard } from './held.js';
import { isOwn, type Use } from './sources.js';
import { payloadOf, type UpstreamEvent } from './wire.js';

/** Frames are turned into text by such turns, after the log has got what they tell. */
const TURN_MS = 100;

export interface RawCaptureOptions {
  log: EventLog;
  /** How much of Redis raw events may take, bytes. */
  maxBytes: number;
  metrics: Registry;
}

/**
 * Keeps what upstream sends as it was received, for the recorder to capture: what the feed makes the log of while it is the one that
 * writes it. Of two connections that is the one that is followed, and what only the page is told. Best effort: whatever
 * becomes of it, the log neither waits nor fails.
 */
export class RawCapture {
  readonly #options: RawCaptureOptions;
  readonly #count: Counter<'outcome'>;
  #writer: RawWriter | undefined;
  #turn: { heard: Heard[]; again: boolean } = { heard: [], again: false };
  #timer: NodeJS.Timeout | undefined;
  /** When the newest event of the connection that is followed came, Unix ms. */
  #reached = 0;

  constructor(options: RawCaptureOptions) {
    this.#options = options;
    this.#count = new Counter({
      name: 'feed_raw_events_total',
      help: 'Upstream events kept as they were received, and those that were dropped.',
      labelNames: ['outcome'],
      registers: [options.metrics],
    });
  }

  /** This feed writes the log from now on. @param heard what came in the last minute, the connection that is followed last. */
  begin(heard: readonly (readonly Heard[])[]): void {
    const { log, maxBytes } = this.#options;
    this.#writer = log.rawWriter({
      maxBytes,
      onStored: (count) => this.#count.inc({ outcome: 'stored' }, count),
      onDropped: (count) => this.#count.inc({ outcome: 'dropped' }, count),
    });
    const followed = heard.at(-1) ?? [];
    const own = heard.slice(0, -1).flatMap((other) => other.filter((one) => 'name' in one && isOwn(one)));
    this.#reached = followed.at(-1)?.receivedAt ?? 0;
    this.#add([...followed, ...own].sort((a, b) => a.receivedAt - b.receivedAt));
    // A feed that wrote the log before may have kept some of these.
    this.#turn.again = true;
  }

  /** Another feed writes the log, or none: waits a moment for what is left to be kept. */
  async end(): Promise<void> {
    this.#flush();
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close();
  }

  receive(event: UpstreamEvent, use: Use): void {
    if (use === 'spare') return;
    if (use === 'followed') this.#reached = event.receivedAt;
    this.#add([event]);
  }

  /** From now on another connection is followed. `heard`: what came through it already. */
  cross(heard: readonly UpstreamEvent[]): void {
    this.#add(heard.filter(({ receivedAt }) => receivedAt > this.#reached));
  }

  /** The connection that is followed has changed. */
  connection(change: Heard): void {
    this.#add([change]);
  }

  #add(heard: readonly Heard[]): void {
    if (this.#writer === undefined) return;
    this.#turn.heard.push(...heard);
    this.#timer ??= setTimeout(() => this.#flush(), TURN_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { heard, again } = this.#turn;
    this.#turn = { heard: [], again: false };
    this.#writer?.push(heard.flatMap(rawEventOf), again);
  }
}

/** What a capture says of an event, or of a connection that was made or lost. Pure. */
export function rawEventOf(heard: Heard): RawEvent[] {
  const { receivedAt: at, via: source = 'public' } = heard;
  if ('name' in heard) {
    const data = JSON.stringify(dataOf(heard.args)) as string | undefined;
    return [{ at, source, event: heard.name, data: data ?? 'null' }];
  }
  const { status, reason } = heard;
  if (status === 'connected') return [{ at, source, event: 'connect', data: 'null' }];
  if (status === 'disconnected')
    return [{ at, source, event: 'disconnect', data: JSON.stringify({ reason }) }];
  return [];
}

/**
 * The arguments as captures have them: one stands alone, and a list that starts with a trace is all of them. Without a trace there
 * was never more than one; of more, the payload is kept, which is the last.
 */
function dataOf(args: readonly unknown[]): unknown {
  if (args.length <= 1) return args[0];
  const [first] = args;
  const traced = typeof first === 'object' && first !== null && '__trace' in first;
  return traced ? args : payloadOf(args);
}
