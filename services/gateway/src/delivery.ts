import { setTimeout as sleep } from 'node:timers/promises';
import {
  channelMatcher,
  formatPosition,
  type DeliveryMode,
  type Position,
  type UnrecoveredReason,
} from '@vectra/protocol';
import type { LogState } from '@vectra/stream';
import { frameOf, type Frame } from './frame.js';
import type { Batch, Hub, Listener } from './hub.js';
import type { Outlet } from './outlet.js';
import type { LogSource } from './source.js';

/** How many events are looked at between two looks at how much the client has taken. */
const PAGE = 500;
/** How long a log that lacks its end, as after a crash of Redis, has to be filled in by the feed. */
const FILL_MS = 10_000;
const FILL_LOOK_MS = 100;

export interface DeliveryParts {
  hub: Hub;
  log: Pick<LogSource, 'state' | 'range'>;
  outlet: Outlet;
  /** The events after its place can't be had: the client is to come back, and is told then why. */
  onLost: (error: unknown) => void;
}

/** Events that are still to be delivered: those after `seq`, up to `until`. */
interface Stretch {
  epoch: string;
  seq: number;
  until: number;
  wants: (type: string) => boolean;
}

/** The place in the log is gone: events between it and the present can't be delivered any more. */
class LostPlaceError extends Error {
  override readonly name = 'LostPlaceError';
}

/** Why the events after `since` can't all be delivered; undefined when they can. */
export function judgeSince(since: Position, log: LogState): UnrecoveredReason | undefined {
  if (since.epoch !== log.epoch) return 'epoch_changed';
  if (since.seq > log.last) return 'ahead';
  return since.seq + 1 < log.first ? 'trimmed' : undefined;
}

/**
 * One client's place in the log. It is live (the hub delivers to it) or behind: recovering after `since`, held, or slower than events
 * come. What it is behind is read from the hub's memory or the log page by page, so it costs no memory, and nothing is lost.
 */
export class Delivery implements Listener {
  /** What is left out for a client that is slower than the events. */
  mode: DeliveryMode = 'lossless';
  readonly #parts: DeliveryParts;
  #own: boolean;
  #channels: ReadonlySet<string> = new Set<string>();
  #wants: (type: string) => boolean = () => false;
  /** While behind: everything up to here was delivered. While live: nothing up to here is delivered again. */
  #cursor: Position | undefined;
  /** Before it goes on from the cursor: what channels that were added lack up to there. */
  #owed: Stretch[] = [];
  #live = false;
  #held = false;
  /** It is behind because it was slow, not because it asked for what was before. */
  #slow = false;
  #catchingUp = false;
  /** Counts what makes a page that is just being read the wrong one. */
  #changes = 0;

  /** @param own whether events of the own account are delivered. */
  constructor(parts: DeliveryParts, own: boolean) {
    this.#parts = parts;
    this.#own = own;
  }

  /** Everything up to here was sent, as far as its channels match. */
  get position(): Position | undefined {
    const { position } = this.#parts.hub;
    if (this.#channels.size === 0) return position;
    const isAhead =
      this.#cursor?.epoch === position?.epoch && (this.#cursor?.seq ?? 0) > (position?.seq ?? 0);
    return this.#live && !isAhead ? position : this.#cursor;
  }

  /** The resume token of that place; null when the log was empty. */
  get id(): string | null {
    const { position } = this;
    return position === undefined ? null : formatPosition(position);
  }

  get held(): boolean {
    return this.#held;
  }

  wants(type: string): boolean {
    return this.#wants(type);
  }

  /** Whether events of the own account are delivered. */
  get own(): boolean {
    return this.#own;
  }

  /** From now on they are. */
  grantOwn(): void {
    this.#own = true;
    this.#changes += 1;
    if (this.#live) this.#attach();
  }

  /** Events from the hub. */
  receive(batch: Batch): void {
    const { frames } = batch;
    const { hub, outlet } = this.#parts;
    const [first] = frames;
    if (first !== undefined && this.#isCovered(first)) {
      for (const frame of frames)
        if (!this.#isCovered(frame)) outlet.deliver({ frames: [frame], framed: frame.framed });
    } else outlet.deliver(batch);
    if (!outlet.isFull) return;
    this.#slow = true;
    this.#stopAt(hub.position);
    this.#goOn();
  }

  /**
   * Why not everything after a place can be delivered; undefined when it can. A log that does not reach the place is given time to
   * be filled in, until something new comes. Rejects when the log does not tell.
   */
  async judge(since: Position): Promise<UnrecoveredReason | undefined> {
    const { hub, log, outlet } = this.#parts;
    const until = performance.now() + FILL_MS;
    for (;;) {
      if (hub.covers(since)) return undefined;
      const state = await log.state();
      const reason = judgeSince(since, state);
      const mayBeFilled = (reason === 'ahead' || state.epoch === null) && !hub.isLive;
      if (!mayBeFilled || outlet.closed || performance.now() >= until) return reason;
      await sleep(FILL_LOOK_MS);
    }
  }

  /** Adds channels: first with every event after `since`, else from the place on where it is. Takes effect before it returns. */
  add(channels: readonly string[], since: Position | undefined): void {
    const isFirst = this.#channels.size === 0;
    const place = this.position;
    this.#stopAt(isFirst && since !== undefined ? since : place);
    if (!isFirst && since !== undefined && since.epoch === place?.epoch) {
      const [isNew, isKnown] = [channelMatcher(channels), this.#wants];
      const wants = (type: string): boolean => isNew(type) && !isKnown(type);
      this.#owed.push({ ...since, until: place.seq, wants });
    }
    this.#setChannels(new Set([...this.#channels, ...channels]));
    this.#goOn();
  }

  remove(channels: readonly string[]): void {
    const gone = new Set(channels);
    this.#setChannels(new Set([...this.#channels].filter((channel) => !gone.has(channel))));
    if (this.#channels.size === 0) this.#owed = [];
    if (this.#live) this.#attach();
  }

  /** Stops at its place: what comes waits in the log. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#stopAt(this.position);
  }

  /** Goes on from there, or with `skip` at the present. @returns how many events of the log are left out. */
  release(skip: boolean): number {
    if (!this.#held) return 0;
    this.#held = false;
    const skipped = skip ? this.#skip() : 0;
    this.#goOn();
    return skipped;
  }

  /** The connection is over. */
  end(): void {
    this.#parts.hub.leave(this);
  }

  #setChannels(channels: ReadonlySet<string>): void {
    this.#channels = channels;
    this.#wants = channelMatcher(channels);
    this.#changes += 1;
  }

  /** Ends live delivery; everything up to the position was delivered. */
  #stopAt(position: Position | undefined): void {
    this.#parts.hub.leave(this);
    this.#live = false;
    this.#cursor = position;
    this.#changes += 1;
  }

  #attach(): void {
    this.#parts.hub.join(this, { channels: this.#channels, own: this.#own });
    this.#live = true;
    this.#slow = false;
  }

  #skip(): number {
    const { position } = this.#parts.hub;
    if (position === undefined) return 0;
    const from = this.#cursor?.epoch === position.epoch ? this.#cursor.seq : 0;
    this.#owed = [];
    this.#stopAt(position);
    return Math.max(0, position.seq - from);
  }

  /** Catches up unless it does already, or is held. With nothing to catch up it is live before this returns. */
  #goOn(): void {
    if (this.#catchingUp) return;
    this.#catchUp().catch((error: unknown) => this.#parts.onLost(error));
  }

  /** Delivers page after page, then goes live, without a gap between. */
  async #catchUp(): Promise<void> {
    const { outlet } = this.#parts;
    this.#catchingUp = true;
    try {
      for (;;) {
        if (outlet.isFull) await outlet.drained();
        if (outlet.closed || this.#held) return;
        const next = this.#next();
        if (next === undefined) break;
        await this.#deliverPage(next);
      }
      this.#attach();
    } finally {
      this.#catchingUp = false;
    }
  }

  /** What is to be delivered next; undefined when it is up to date. */
  #next(): Stretch | undefined {
    const { position } = this.#parts.hub;
    if (this.#owed[0] !== undefined) return this.#owed[0];
    if (position === undefined) return undefined;
    const { epoch, seq } = this.#cursor ?? { epoch: position.epoch, seq: 0 };
    if (epoch !== position.epoch) throw new LostPlaceError('the log began anew');
    return seq < position.seq ? { epoch, seq, until: position.seq, wants: this.#wants } : undefined;
  }

  async #deliverPage(stretch: Stretch): Promise<void> {
    const { hub, outlet } = this.#parts;
    const { epoch, seq, until, wants } = stretch;
    const to = Math.min(seq + PAGE, until);
    const changes = this.#changes;
    const frames = hub.frames(seq + 1, to) ?? (await this.#readLog(epoch, seq + 1, to));
    if (changes !== this.#changes) return;
    let reached = to;
    outlet.together(() => {
      for (const frame of frames) {
        if (!wants(frame.type) || !this.#isTold(frame)) continue;
        outlet.deliver({ frames: [frame], framed: frame.framed });
        if (!outlet.isFull) continue;
        reached = frame.position.seq;
        break;
      }
    });
    if (stretch !== this.#owed[0]) this.#cursor = { epoch, seq: reached };
    else if (reached < until) stretch.seq = reached;
    else this.#owed.shift();
  }

  #isTold(frame: Frame): boolean {
    if (!this.#wants(frame.type) || (frame.own && !this.#own)) return false;
    return !(this.#slow && this.mode === 'latest' && this.#parts.hub.isSuperseded(frame));
  }

  #isCovered({ position: { epoch, seq } }: Frame): boolean {
    return this.#cursor?.epoch === epoch && seq <= this.#cursor.seq;
  }

  async #readLog(epoch: string, from: number, to: number): Promise<Frame[]> {
    const { log } = this.#parts;
    const frames = (await log.range(from, to, to - from + 1)).map(frameOf);
    // Fewer than there are numbers: an entry that is no event, or the log was trimmed or began anew meanwhile.
    if (frames.length < to - from + 1 || frames.some(({ position }) => position.epoch !== epoch)) {
      const state = await log.state();
      if (state.epoch !== epoch || state.first > from) {
        throw new LostPlaceError(`events ${from} to ${to} of epoch ${epoch} are not stored any more`);
      }
    }
    return frames;
  }
}
