import { channelMatcher, formatPosition, type Event, type Position } from '@vectra/protocol';
import { frameOf, type Frame } from './frame.js';

/** How many of the newest events stay in memory, so that clients that come back need not be served by Redis. */
const RECENT_EVENTS = 8_192;

export interface Listener {
  receive(frame: Frame): void;
}

/** Listeners with the same channels: whether an event is theirs is decided once for all of them. */
interface Room {
  wants: (type: string) => boolean;
  members: Set<Listener>;
}

/**
 * Takes the log's events in order and hands each to the listeners whose channels match. A listener that joins
 * synchronously after having caught up with `position` misses nothing and gets nothing twice.
 */
export class Hub {
  readonly #rooms = new Map<string, Room>();
  readonly #roomOf = new Map<Listener, string>();
  readonly #recent: (Frame | undefined)[] = [];
  readonly #capacity: number;
  #position: Position | undefined;

  constructor(capacity = RECENT_EVENTS) {
    this.#capacity = capacity;
  }

  /** The newest event handed out; undefined before the first. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The resume token of the newest event; null before the first. */
  get id(): string | null {
    return this.#position === undefined ? null : formatPosition(this.#position);
  }

  get listeners(): number {
    return this.#roomOf.size;
  }

  publish(event: Event): void {
    const frame = frameOf(event);
    if (frame.position.epoch !== this.#position?.epoch) this.#recent.length = 0;
    this.#position = frame.position;
    this.#recent[frame.position.seq % this.#capacity] = frame;
    for (const { wants, members } of this.#rooms.values()) {
      if (!wants(frame.type)) continue;
      for (const listener of members) listener.receive(frame);
    }
  }

  /** The events of the current epoch from one seq to another, both included; undefined when one is not in memory. */
  frames(from: number, to: number): Frame[] | undefined {
    const frames: Frame[] = [];
    for (let seq = from; seq <= to; seq++) {
      const frame = this.#recent[seq % this.#capacity];
      if (frame?.position.seq !== seq) return undefined;
      frames.push(frame);
    }
    return frames;
  }

  /** Whether every event after a position can be had from memory. */
  covers({ epoch, seq }: Position): boolean {
    const position = this.#position;
    if (position?.epoch !== epoch || seq > position.seq) return false;
    return position.seq - seq <= this.#capacity && this.frames(seq + 1, position.seq) !== undefined;
  }

  /** Delivers every event from now on that matches the channels; replaces the listener's channels. */
  join(listener: Listener, channels: ReadonlySet<string>): void {
    this.leave(listener);
    if (channels.size === 0) return;
    const key = [...channels].sort().join(' ');
    let room = this.#rooms.get(key);
    if (room === undefined) {
      room = { wants: channelMatcher(channels), members: new Set() };
      this.#rooms.set(key, room);
    }
    room.members.add(listener);
    this.#roomOf.set(listener, key);
  }

  leave(listener: Listener): void {
    const key = this.#roomOf.get(listener);
    if (key === undefined) return;
    this.#roomOf.delete(listener);
    const room = this.#rooms.get(key);
    room?.members.delete(listener);
    if (room?.members.size === 0) this.#rooms.delete(key);
  }
}
