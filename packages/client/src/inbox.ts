/** What arrives, for one reader to iterate: what has not been read yet waits in memory. */
export class Inbox<T> implements AsyncIterable<T> {
  readonly #leave: () => void;
  #waiting: T[] = [];
  #end: { error: Error | null } | undefined;
  #wake: () => void = () => undefined;

  /** @param leave called once the reader stops, or has read everything after the end */
  constructor(leave: () => void = () => undefined) {
    this.#leave = leave;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    this.#waiting.push(item);
    this.#wake();
  }

  /** Nothing comes after this. What waits is still read; then the iteration ends, or throws the error. */
  end(error: Error | null): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const arrived = this.#waiting;
        this.#waiting = [];
        yield* arrived;
        if (this.#waiting.length > 0) continue;
        if (this.#end === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else if (this.#end.error === null) return;
        else throw this.#end.error;
      }
    } finally {
      this.#leave();
    }
  }
}
