import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Draft, EventOf, Source } from '@vectra/protocol';
import { reasonOf, traceEvents } from '@vectra/service-kit';
import type { EventLog, Publisher } from '@vectra/stream';
import type { Heard } from './held.js';
import { Normalizer, type Outcome } from './normalizer.js';
import { Ring } from './ring.js';
import type { FeedContext } from './service.js';
import type { StatusChange } from './source.js';
import type { Use } from './sources.js';
import { Following } from './takeover.js';
import type { UpstreamEvent } from './wire.js';

/** How much of the log is read at the start to know its games again: about twenty of them. */
const RESTORED_EVENTS = 20_000;
const PAGE = 1_000;
const RETRY_MS = 500;
/** How long events may wait for Redis when the feed is asked to stop. */
const FLUSH_MS = 5_000;

export interface LeadershipParts {
  context: FeedContext;
  log: EventLog;
  publisher: Publisher;
  source: Source;
}

/** One time of being the feed that writes the log. What it knows of the games it has from the log and upstream. */
export class Leadership {
  readonly publisher: Publisher;
  readonly #context: FeedContext;
  readonly #log: EventLog;
  readonly #source: Source;
  readonly #normalizer: Normalizer;
  readonly #ticks: Ring<EventOf<'game.tick'>>;
  readonly #following: Following;

  private constructor({ context, log, publisher, source }: LeadershipParts) {
    const { FEED_RAW_EVENTS: rawEvents, FEED_RING_TICKS } = context.config;
    this.#context = context;
    this.#log = log;
    this.publisher = publisher;
    this.#source = source;
    this.#normalizer = new Normalizer({ source, rawEvents });
    this.#following = new Following(this.#normalizer);
    this.#ticks = new Ring(FEED_RING_TICKS);
  }

  /**
   * Stores what an earlier feed wrote ahead, and learns from the log which games run and which still lack their seed.
   *
   * @throws FencedError when another feed writes the log meanwhile; the signal's reason when stopped.
   */
  static async begin(parts: LeadershipParts): Promise<Leadership> {
    const { context, publisher } = parts;
    const { stopping, health, log } = context;
    const stopped = aborted(stopping).then(() => stopping.throwIfAborted());
    await Promise.race([publisher.flush(), stopped]);
    for (;;) {
      const leadership = new Leadership(parts);
      try {
        await leadership.#restore();
        health.set('history', true);
        return leadership;
      } catch (error) {
        // What is held would be lost with the process: Redis is waited for.
        const reason = reasonOf(error);
        log.warn({ reason }, 'the log cannot be read; it is tried again');
        health.set('history', false, `the log can't be read: ${reason}`);
      }
      await Promise.race([sleep(RETRY_MS, undefined, { signal: stopping }), publisher.ended]);
    }
  }

  get games(): Normalizer['games'] {
    return this.#normalizer.games;
  }

  /** The newest ticks, oldest first. */
  get ticks(): EventOf<'game.tick'>[] {
    return this.#ticks.newest();
  }

  /**
   * Tells the log what became of the connections, and then what it lacks of what was heard through each, the one that is followed
   * last. In one turn: none comes between.
   */
  takeOver(changes: readonly StatusChange[], heard: readonly (readonly Heard[])[]): void {
    for (const change of changes) this.#publish([this.#statusEvent(change)]);
    this.#publish(this.#following.takeOver(heard));
  }

  /** From now on what comes through another connection is followed; `heard` came through it already. */
  cross(heard: readonly UpstreamEvent[]): void {
    this.#publish(this.#following.cross(heard));
  }

  receive(event: UpstreamEvent, use: Use): Outcome {
    const outcome = this.#following.receive(event, use);
    const { problem } = outcome;
    // Those that reach the log are the ones worth a line; the rest of a flood is counted.
    if (problem !== undefined && outcome.drafts.length > 0) {
      this.#context.log.warn({ problem }, 'an upstream event cannot be used');
    }
    this.#publish(outcome.drafts, event.name);
    return outcome;
  }

  /** `blind`: no connection to the game is left. */
  connection(change: StatusChange, blind: boolean): void {
    this.#publish(this.#normalizer.connection(change, blind));
    this.#publish([this.#statusEvent(change)]);
  }

  /** Resolves when the feed is asked to stop. Rejects with FencedError when another feed writes the log. */
  async last(): Promise<void> {
    await Promise.race([aborted(this.#context.stopping), this.publisher.ended]);
  }

  /** Waits, not for ever, until Redis has everything. */
  async flush(): Promise<void> {
    const { publisher } = this;
    const timer = new AbortController();
    const late = sleep(FLUSH_MS, true, { signal: timer.signal }).catch(() => false);
    const flushed = publisher.flush().then(() => false);
    if (await Promise.race([late, flushed])) {
      this.#context.log.error(
        { events: publisher.waiting },
        'Redis does not take the last events: the next feed stores them from the write-ahead file',
      );
    }
    timer.abort();
  }

  async #restore(): Promise<void> {
    const { last } = this.publisher;
    for (let seq = Math.max(1, last - RESTORED_EVENTS + 1); seq <= last; seq += PAGE) {
      const page = await this.#log.range(seq, Math.min(last, seq + PAGE - 1), PAGE);
      for (const event of page) {
        this.#normalizer.restore(event);
        if (event.type === 'game.tick') this.#ticks.push(event);
      }
    }
  }

  #statusEvent({ status, attempt, reason, receivedAt, via = 'public' }: StatusChange): Draft {
    const data = { status, source: via, attempt, reason };
    return { type: 'connection.status', timestamp: receivedAt, gameId: null, source: this.#source, data };
  }

  /** @param upstream the upstream event that they were made from. */
  #publish(drafts: readonly Draft[], upstream?: string): void {
    const events = this.publisher.publish(drafts);
    traceEvents(this.#context.log, events, 'given a place', upstream === undefined ? {} : { upstream });
    for (const event of events) {
      if (event.type === 'game.tick') this.#ticks.push(event);
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
