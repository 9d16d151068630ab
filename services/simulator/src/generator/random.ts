import seedrandom from 'seedrandom';

/** A repeatable source of chance: the same seed gives the same draws. */
export class Random {
  readonly #draw: () => number;

  constructor(seed: string) {
    this.#draw = seedrandom(seed);
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.#draw();
  }

  between(low: number, high: number): number {
    return low + this.#draw() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#draw() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#draw() < probability;
  }

  /** @throws RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.int(0, list.length - 1)];
    if (picked === undefined) throw new RangeError('expected a list that is not empty');
    return picked;
  }

  /** A number around 0 with standard deviation 1 (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#draw())) * Math.cos(2 * Math.PI * this.#draw());
  }

  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(this.#draw() * alphabet.length)] ?? '';
    return text;
  }

  hex(length: number): string {
    return this.text(length, '0123456789abcdef');
  }

  /** A version 4 UUID. */
  uuid(): string {
    const variant = this.text(1, '89ab');
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }
}
