import { PriceHistory } from '@vectra/game';
import type { BACKFILL_SOURCES } from '@vectra/protocol';

export type BackfillSource = (typeof BACKFILL_SOURCES)[number];

/** What one row or frame says of one tick in play. */
export interface Sight {
  gameId: string;
  /** Unix ms. */
  at: number;
  tick: number;
  price: number;
  /**
   * `play`: before the rug. `rug`: the frame that first says so. `echo`: a later frame of the rug, which counts one to three
   * ticks on and repeats the price.
   */
  kind: 'play' | 'rug' | 'echo';
  /** null when it is not known. */
  tradeCount: number | null;
  /** Digits at the end of `tradeCount` may be lost: it is taken only if trades never grow fewer by it. */
  unsure?: boolean;
  backfilled?: BackfillSource;
}

export interface Tick {
  at: number;
  tradeCount: number | null;
  backfilled: BackfillSource | undefined;
}

/** `new`: it was not known before. `idle`: it says nothing of a tick. `conflict`: another price was known, which stays. */
export type Verdict = 'new' | 'known' | 'idle' | 'conflict';

/** One game, gathered from whatever tells of it, in any order. The first word on a tick stands. */
export class GatheredGame {
  readonly id: string;
  readonly prices = new PriceHistory();
  readonly ticks = new Map<number, Tick>();
  /** The files that tell of it. */
  readonly files = new Set<string>();
  /** `price` is null when only the seed tells of the rug. */
  rug: { tick: number; price: number | null; at: number | null } | undefined;
  echo: { tick: number; price: number; at: number } | undefined;
  /** Unix ms of the earliest tick. */
  startedAt: number | undefined;
  /** Unix ms of the last that was heard of it. */
  heardAt: number | undefined;
  serverSeedHash: string | null = null;
  version: string | null = null;
  conflicts = 0;
  #trades = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** The highest tick known; -1 when none is. */
  get lastTick(): number {
    return this.prices.lastTick;
  }

  see(sight: Sight): Verdict {
    this.hear(sight.at);
    if (sight.kind === 'echo') {
      this.echo ??= sight;
      return 'idle';
    }
    if (sight.kind === 'rug') return this.#seeRug(sight);
    return this.#note(sight);
  }

  /** Something was heard of the game at this time (Unix ms). */
  hear(at: number): void {
    this.heardAt = Math.max(this.heardAt ?? at, at);
  }

  /** Takes over what another gathering knows and this one does not. */
  absorb(other: GatheredGame): void {
    for (const [tick, { backfilled, ...known }] of other.ticks) {
      const price = other.prices.get(tick) ?? 0;
      const kind = tick === other.rug?.tick ? 'rug' : 'play';
      const sight: Sight = { gameId: this.id, tick, price, kind, ...known };
      this.see(backfilled === undefined ? sight : { ...sight, backfilled });
    }
    this.rug ??= other.rug;
    this.echo ??= other.echo;
    this.serverSeedHash ??= other.serverSeedHash;
    this.version ??= other.version;
    this.conflicts += other.conflicts;
    if (other.heardAt !== undefined) this.hear(other.heardAt);
    for (const file of other.files) this.files.add(file);
  }

  #seeRug(sight: Sight): Verdict {
    const { tick, price, at } = sight;
    if (this.rug !== undefined && this.rug.tick !== tick) return 'idle';
    const verdict = this.#note(sight);
    if (verdict !== 'conflict') this.rug = { tick, price, at: this.rug?.at ?? at };
    return verdict;
  }

  #note({ tick, price, at, backfilled, ...sight }: Sight): Verdict {
    const outcome = this.prices.set(tick, price);
    if (outcome === 'conflict') this.conflicts += 1;
    if (outcome !== 'new') return outcome === 'same' ? 'known' : 'conflict';
    const cut = sight.unsure === true && (sight.tradeCount ?? 0) < this.#trades;
    const tradeCount = cut ? null : sight.tradeCount;
    this.#trades = Math.max(this.#trades, tradeCount ?? 0);
    this.ticks.set(tick, { at, tradeCount, backfilled });
    this.startedAt = Math.min(this.startedAt ?? at, at);
    return 'new';
  }
}
