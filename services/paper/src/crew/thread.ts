import { Worker } from 'node:worker_threads';
import type { Replies, Task } from './tasks.js';

interface Waiting {
  resolve: (reply: unknown) => void;
  reject: (error: Error) => void;
}

/** A worker thread that does one task after another. */
export class Thread {
  readonly #worker = new Worker(new URL('worker.js', import.meta.url));
  #waiting: Waiting | undefined;
  #ended: Error | undefined;

  constructor() {
    this.#worker.on('message', (message: { reply: unknown } | { error: string }) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.reply);
    });
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#end(new Error('a worker thread ended')));
  }

  /** @throws Error with the message of what failed in the thread, or when it ended. */
  call<K extends Task['kind']>(task: Task & { kind: K }): Promise<Replies[K]> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(task);
    }) as Promise<Replies[K]>;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
