import { Slot, type SlotOptions } from './slot.js';

/** The slots that are this instance's to have: it owns each as soon as whoever had it before lets go. */
export class Holder {
  readonly #options: SlotOptions;
  readonly #fail: (error: unknown) => void;
  readonly #slots = new Map<number, Slot>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: SlotOptions, fail: (error: unknown) => void) {
    this.#options = options;
    this.#fail = fail;
  }

  /** From now on these are its slots; others are given up at once. */
  hold(numbers: readonly number[]): void {
    for (const number of this.#slots.keys()) if (!numbers.includes(number)) this.#giveUp(number);
    for (const number of numbers) {
      if (this.#slots.has(number)) continue;
      const slot = new Slot(number, this.#options);
      this.#slots.set(number, slot);
      slot.start(this.#fail);
    }
  }

  /** Gives up all of them; resolves when others can have them. */
  async close(): Promise<void> {
    this.hold([]);
    await Promise.all(this.#leaving);
  }

  get(number: number): Slot | undefined {
    return this.#slots.get(number);
  }

  /** The numbers of those it owns, and of those that another instance still has. */
  get state(): { owned: number[]; awaited: number[]; sessions: number } {
    const all = [...this.#slots.values()];
    return {
      owned: all.filter(({ sessions }) => sessions !== undefined).map(({ number }) => number),
      awaited: all.filter(({ sessions }) => sessions === undefined).map(({ number }) => number),
      sessions: all.reduce((sum, { sessions = 0 }) => sum + sessions, 0),
    };
  }

  /** The newest command that each of the slots owned has taken. */
  get commands(): ReadonlyMap<number, string> {
    return new Map(
      [...this.#slots.values()].flatMap(({ number, command }) =>
        command === undefined ? [] : [[number, command] as const],
      ),
    );
  }

  #giveUp(number: number): void {
    const leaving = this.#slots.get(number)?.stop() ?? Promise.resolve();
    this.#slots.delete(number);
    this.#leaving.add(leaving);
    void leaving.finally(() => this.#leaving.delete(leaving));
  }
}
