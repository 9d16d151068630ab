/** Ticks beyond this are bad input: a game has 5,000 at most. */
const HIGHEST_TICK = 100_000;

/** Ticks `from` to `to`, both included. */
export interface TickRange {
  from: number;
  to: number;
}

/** The prices of one game by tick, in whatever order they become known. */
export class PriceHistory {
  readonly #prices: (number | undefined)[] = [];
  #known = 0;
  #peak = 0;

  /** The highest tick known; -1 before the first. */
  get lastTick(): number {
    return this.#prices.length - 1;
  }

  /** How many ticks are known. */
  get known(): number {
    return this.#known;
  }

  /** The highest price; 0 before the first. */
  get peak(): number {
    return this.#peak;
  }

  /**
   * Notes the price at a tick. The first price of a tick stays; another one is a conflict.
   *
   * @throws RangeError when the tick is not a whole number from 0 to 100,000, or the price not a finite
   * number.
   */
  set(tick: number, price: number): 'new' | 'same' | 'conflict' {
    checkTick(tick);
    if (!Number.isFinite(price)) throw new RangeError(`expected a finite price, was ${price}`);
    const before = this.#prices[tick];
    if (before !== undefined) return before === price ? 'same' : 'conflict';
    while (this.#prices.length < tick) this.#prices.push(undefined);
    this.#prices[tick] = price;
    this.#known++;
    this.#peak = Math.max(this.#peak, price);
    return 'new';
  }

  get(tick: number): number | undefined {
    return this.#prices[tick];
  }

  has(tick: number): boolean {
    return this.#prices[tick] !== undefined;
  }

  /**
   * Ranges of unknown ticks, both ends included, from 0 to `through` (the last known tick unless given).
   *
   * @throws RangeError when `through` is not a tick `set` would take.
   */
  holes(through?: number): TickRange[] {
    if (through !== undefined) checkTick(through);
    const end = through ?? this.lastTick;
    if (this.#known === this.#prices.length && end <= this.lastTick) return [];
    const found: TickRange[] = [];
    for (let tick = 0; tick <= end; tick++) {
      if (this.has(tick)) continue;
      const hole = found.at(-1);
      if (hole?.to === tick - 1) hole.to = tick;
      else found.push({ from: tick, to: tick });
    }
    return found;
  }

  /** Every tick from 0 to the rug is known, the rug's own included. */
  isComplete(rugTick: number): boolean {
    return this.has(rugTick) && this.holes(rugTick).length === 0;
  }

  /** A copy: prices by tick up to the last known one, undefined where unknown. */
  prices(): (number | undefined)[] {
    return [...this.#prices];
  }

  /** Prices from tick 0 up to the first unknown one. */
  contiguous(): number[] {
    const end = this.#prices.indexOf(undefined);
    return (end === -1 ? this.#prices : this.#prices.slice(0, end)).filter((price) => price !== undefined);
  }
}

function checkTick(tick: number): void {
  if (!Number.isInteger(tick) || tick < 0 || tick > HIGHEST_TICK) {
    throw new RangeError(`expected a tick from 0 to ${HIGHEST_TICK}, was ${tick}`);
  }
}
