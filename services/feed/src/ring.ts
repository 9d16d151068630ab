/** The newest items, up to a bound; older ones make room. */
export class Ring<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The newest `count`, oldest first. */
  newest(count = this.#capacity): T[] {
    const ordered = [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
    return this.#items.length < this.#capacity ? this.#items.slice(-count) : ordered.slice(-count);
  }
}
