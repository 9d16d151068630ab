import { select, type PackedGames } from '../backtest/packed.js';
import type { Replies, Stretch } from './tasks.js';

/**
 * The games of a query in their order, whichever thread loads which chunk of them when. Pure.
 *
 * Chunks become stretches as soon as all before them are there: games that were there already are left out, and none comes after the
 * limit.
 */
export class OrderedGames {
  readonly #chunks: number;
  readonly #limit: number;
  readonly #early = new Map<number, Replies['load']>();
  readonly #ids = new Set<string>();
  readonly leftOut: string[] = [];
  /** The stretches so far; undefined once dropped. */
  readonly stretches: (Stretch | undefined)[] = [];
  #admitted = 0;
  #count = 0;

  constructor(chunks: number, limit = Infinity) {
    this.#chunks = chunks;
    this.#limit = limit;
  }

  /** How many games. */
  get count(): number {
    return this.#count;
  }

  /** No stretch comes any more. */
  get complete(): boolean {
    return this.#admitted >= this.#chunks || this.#count >= this.#limit;
  }

  add(chunk: number, loaded: Replies['load']): void {
    this.#early.set(chunk, loaded);
    for (
      let next = this.#early.get(this.#admitted);
      next !== undefined;
      next = this.#early.get(this.#admitted)
    ) {
      this.#early.delete(this.#admitted++);
      if (this.#count < this.#limit) this.#admit(next);
    }
  }

  /** From now on the games from the one at `first` on are test games. To be called when all are there. */
  split(first: number): void {
    const whole = this.stretches.splice(0);
    for (const stretch of whole) {
      if (stretch === undefined) continue;
      const { games } = stretch;
      const train = Math.max(0, Math.min(games.metas.length, first - stretch.first));
      if (train > 0) this.stretches.push({ ...stretch, games: select(games, (index) => index < train) });
      if (train < games.metas.length)
        this.stretches.push({
          games: select(games, (index) => index >= train),
          first: stretch.first + train,
          part: 'test',
        });
    }
  }

  #admit({ games, leftOut }: { games: PackedGames; leftOut: string[] }): void {
    this.leftOut.push(...leftOut);
    const first = this.#count;
    const kept = select(games, (index) => {
      const id = games.metas[index]?.game_id ?? '';
      if (this.#count >= this.#limit) return false;
      if (this.#ids.has(id)) {
        this.leftOut.push(`${id}: is there twice`);
        return false;
      }
      this.#ids.add(id);
      this.#count += 1;
      return true;
    });
    this.stretches.push({ games: kept, first, part: 'train' });
  }
}
