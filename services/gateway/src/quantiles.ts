/** The distribution of the newest values. */
export class Quantiles {
  readonly #capacity: number;
  readonly #values: number[] = [];
  #added = 0;

  constructor(capacity = 1_000) {
    this.#capacity = capacity;
  }

  add(value: number): void {
    this.#values[this.#added++ % this.#capacity] = value;
  }

  /** The value below which `shares` of the newest values lie, for each; null while there is none. */
  at(...shares: number[]): (number | null)[] {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return shares.map(
      (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null,
    );
  }
}
