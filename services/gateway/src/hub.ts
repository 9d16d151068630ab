import { channelMatcher, formatPosition, type Event, type Position } from '@vectra/protocol';
import { frameOf, type Frame } from './frame.js';
import { Standing } from './standing.js';

/** How many of the newest events stay in memory, so that clients that come back need not be served by Redis. */
const RECENT_EVENTS = 8_192;
/** Of how many games it is known which tick is the newest. */
const GAMES_KNOWN = 8;

/** Events that came together, as listeners with the same channels get them. */
export interface Batch {
  /** At least one, in the log's order. */
  frames: readonly Frame[];
  /** All of their WebSocket frames, one after the other: one write for each client. */
  framed: Buffer;
}

export interface Listener {
  receive(batch: Batch): void;
}

/** What a listener gets: events that its channels match; those of the own account only with the right to them. */
export interface Selection {
  channels: ReadonlySet<string>;
  own: boolean;
}

/** Listeners that get the same: whether an event is theirs is decided once for all of them. */
interface Room {
  own: boolean;
  matches: (type: string) => boolean;
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
  readonly #standing = new Standing();
  /** By game: its highest tick, and the newest event that tells it. */
  readonly #newestTicks = new Map<string, { count: number; seq: number }>();
  readonly #beganAt = Date.now();
  #position: Position | undefined;
  #isLive = false;

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

  /** An event has come that is newer than this hub: by then the feed has stored again what Redis lost before. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get listeners(): number {
    return this.#roomOf.size;
  }

  /** Events that came together, in the log's order. */
  publish(events: readonly Event[]): void {
    const frames = events.map((event) => this.#remember(event));
    for (const { own, matches, members } of this.#rooms.values()) {
      const theirs = frames.filter((frame) => matches(frame.type) && (own || !frame.own));
      const [first] = theirs;
      if (first === undefined) continue;
      const framed = theirs.length === 1 ? first.framed : Buffer.concat(theirs.map((frame) => frame.framed));
      const batch: Batch = { frames: theirs, framed };
      for (const listener of members) listener.receive(batch);
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

  /** How things stand at the newest event: the events that still hold, oldest first. */
  standing(): Event[] {
    return this.#standing.events();
  }

  /** Whether it is a tick after which newer ones of its game came. */
  isSuperseded({ tick, position }: Frame): boolean {
    const newest = tick === undefined ? undefined : this.#newestTicks.get(tick.gameId);
    return newest !== undefined && newest.seq !== position.seq;
  }

  /** Delivers every event from now on that is selected; replaces what the listener got before. */
  join(listener: Listener, { channels, own }: Selection): void {
    this.leave(listener);
    if (channels.size === 0) return;
    const key = `${own ? 'own' : ''} ${[...channels].sort().join(' ')}`;
    let room = this.#rooms.get(key);
    if (room === undefined) {
      room = { own, matches: channelMatcher(channels), members: new Set() };
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

  #remember(event: Event): Frame {
    const frame = frameOf(event);
    if (frame.position.epoch !== this.#position?.epoch) {
      this.#recent.length = 0;
      this.#standing.clear();
      this.#newestTicks.clear();
    }
    this.#position = frame.position;
    this.#recent[frame.position.seq % this.#capacity] = frame;
    this.#isLive ||= event.timestamp > this.#beganAt;
    this.#standing.fold(event);
    this.#noteTick(frame);
    return frame;
  }

  #noteTick({ tick, position: { seq } }: Frame): void {
    if (tick === undefined || tick.count < (this.#newestTicks.get(tick.gameId)?.count ?? 0)) return;
    this.#newestTicks.set(tick.gameId, { count: tick.count, seq });
    const [oldest] = this.#newestTicks.keys();
    if (oldest !== undefined && this.#newestTicks.size > GAMES_KNOWN) this.#newestTicks.delete(oldest);
  }
}
