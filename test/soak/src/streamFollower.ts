import { setTimeout as sleep } from 'node:timers/promises';
import { note, nothingTold, type Follower, type FollowOptions, type Told } from './followers.js';

/** Events come several times a second: a connection that says nothing for so long is given up. */
const SILENCE_MS = 10_000;
const RETRY_MS = 500;

/** One message of a stream: its lines up to the empty one. */
interface Message {
  id: string | undefined;
  /** Undefined for an event of the log. */
  event: string | undefined;
  data: string;
}

function messageOf(block: string): Message {
  const message: Message = { id: undefined, event: undefined, data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) message.id = line.slice(4);
    else if (line.startsWith('event: ')) message.event = line.slice(7);
    else if (line.startsWith('data: ')) message.data += line.slice(6);
  }
  return message;
}

/** A client of the server-sent events that does what `EventSource` does: it comes back with the id that it had last. */
export function followStream({ name, url, epoch }: FollowOptions): Follower {
  const told = nothingTold(true);
  const stop = new AbortController();
  const reader = new StreamReader({ address: `${url}/events`, epoch, told, stop: stop.signal });
  void reader.run();
  return { name, told, close: () => stop.abort() };
}

class StreamReader {
  readonly #address: string;
  readonly #epoch: string;
  readonly #told: Told;
  readonly #stop: AbortSignal;
  #place: string;

  constructor(parts: { address: string; epoch: string; told: Told; stop: AbortSignal }) {
    this.#address = parts.address;
    this.#epoch = parts.epoch;
    this.#told = parts.told;
    this.#stop = parts.stop;
    this.#place = `${parts.epoch}:0`;
  }

  /** Reads until it is stopped. It never rejects: a connection that is lost is what it is here for. */
  async run(): Promise<void> {
    do {
      await this.#read().catch(() => undefined);
      await sleep(RETRY_MS);
    } while (!this.#stop.aborted);
  }

  async #read(): Promise<void> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await fetch(this.#address, {
        headers: { 'last-event-id': this.#place },
        signal: AbortSignal.any([this.#stop, silence.signal]),
      });
      if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
      this.#told.connections = (this.#told.connections ?? 0) + 1;
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of response.body) {
        timer.refresh();
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(messageOf(block));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #take({ id, event, data }: Message): void {
    if (id !== undefined) this.#place = id;
    if (event === undefined && data !== '' && id !== undefined) note(this.#told, this.#epoch, id);
    else if (event === 'subscribed' && !(JSON.parse(data) as { recovered: boolean }).recovered)
      this.#told.unrecovered++;
  }
}
