import type { ServerResponse } from 'node:http';
import { channelMatcher, formatPosition, type Position, type Reply } from '@vectra/protocol';
import { Delivery } from './delivery.js';
import type { StreamParts } from './eventStreams.js';
import { isOwn, type Frame } from './frame.js';
import type { Batch } from './hub.js';
import { Outlet } from './outlet.js';
import { noteResume } from './resumes.js';

/** As of a WebSocket: what is written goes out. */
const OPEN = 1;
const RETRY_MS = 2_000;

/** Each event as a message of Server-Sent Events, made once for all clients. */
const messages = new WeakMap<Frame, Buffer>();

/** The way out of a WebSocket with the messages of Server-Sent Events on it. */
class StreamOutlet extends Outlet {
  override deliver({ frames }: Pick<Batch, 'frames'>): void {
    const [first] = frames;
    if (first === undefined) return;
    this.send(frames.length === 1 ? messageOf(first) : Buffer.concat(frames.map(messageOf)));
  }
}

/** One client of `/events`. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #parts: StreamParts;
  readonly #outlet: StreamOutlet;
  readonly #delivery: Delivery;
  #goodbye: NodeJS.Timeout | undefined;

  /** @param own whether events of the own account are delivered. */
  constructor(response: ServerResponse, own: boolean, parts: StreamParts) {
    const { hub, log, limits, logger } = parts;
    this.#response = response;
    this.#parts = parts;
    const socket = { OPEN, readyState: OPEN, close: () => this.#close() } as const;
    this.#outlet = new StreamOutlet({ socket, wire: response }, limits, () => this.#endSlow());
    const onLost = (error: unknown): void => {
      logger.warn({ err: error, resume: this.#delivery.id }, 'could not serve a client: closed');
      this.sendAway(RETRY_MS);
    };
    this.#delivery = new Delivery({ hub, log, outlet: this.#outlet, onLost }, own);
  }

  /** Says whether everything after `since` follows, or why not and how things stand; then events come. */
  async begin(channels: string[], since: Position | undefined): Promise<void> {
    const { hub } = this.#parts;
    let reason;
    try {
      reason = since === undefined ? undefined : await this.#delivery.judge(since);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'could not serve a client: closed');
      this.sendAway(RETRY_MS, since);
      return;
    }
    if (this.#outlet.closed) return;
    if (since !== undefined) noteResume(this.#parts, since, reason);
    const place = since !== undefined && reason === undefined ? since : undefined;
    const { id, own } = this.#delivery;
    const answer = { channels, recovered: place !== undefined, mode: 'lossless', id: hub.id } as const;
    this.#say(`retry: ${RETRY_MS}\n`);
    this.#tell(place === undefined ? id : formatPosition(place), {
      ...{ type: 'subscribed', ...answer },
      ...(reason === undefined ? {} : { reason }),
      ...(own ? {} : { partial: true }),
    });
    if (place === undefined) {
      const matches = channelMatcher(channels);
      const events = hub.standing().filter((event) => matches(event.type) && (own || !isOwn(event)));
      this.#tell(id, { type: 'snapshot', id, events });
    }
    this.#delivery.add(channels, place);
  }

  /** The connection lives; and its place moves on where only events came that it does not take. */
  ping(): void {
    const { id } = this.#delivery;
    if (!this.#outlet.isFull)
      this.#say(`: ${new Date().toISOString()}\n${id === null ? '' : `id: ${id}\n`}\n`);
  }

  /** Tells the client to come back after so many ms; it then goes on after the last event it took. */
  sendAway(reconnectInMs: number, place?: Position): void {
    const id = place === undefined ? this.#delivery.id : formatPosition(place);
    this.#say(`retry: ${reconnectInMs}\n`);
    this.#tell(id, { type: 'goaway', id, reconnectInMs });
    this.#outlet.close(0, '');
    this.#delivery.end();
  }

  /** The connection is over. */
  end(): void {
    clearTimeout(this.#goodbye);
    this.#outlet.end();
    this.#delivery.end();
  }

  #endSlow(): void {
    this.#parts.meters.closed('slow');
    this.#parts.logger.info(
      { buffered: this.#outlet.waiting, resume: this.#delivery.id },
      'slow client closed',
    );
    this.sendAway(RETRY_MS);
  }

  /** What still waits goes out, unless it is not taken. */
  #close(): void {
    this.#response.end();
    this.#goodbye = setTimeout(() => this.#response.destroy(), this.#parts.limits.goodbyeMs);
  }

  /** @param id the token with which a client that gets nothing more goes on. */
  #tell(id: string | null, reply: Reply): void {
    this.#say(`${id === null ? '' : `id: ${id}\n`}event: ${reply.type}\ndata: ${JSON.stringify(reply)}\n\n`);
  }

  #say(text: string): void {
    this.#outlet.send(Buffer.from(text));
  }
}

function messageOf(frame: Frame): Buffer {
  let message = messages.get(frame);
  if (message === undefined) {
    const id = `id: ${formatPosition(frame.position)}\ndata: `;
    message = Buffer.concat([Buffer.from(id), frame.bytes, Buffer.from('\n\n')]);
    messages.set(frame, message);
  }
  return message;
}
