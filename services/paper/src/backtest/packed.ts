import type { GameRecording } from '@vectra/protocol';

/** Games as threads hand them on: the prices of all in one piece of shared memory, which is never copied. */
export interface PackedGames {
  metas: GameRecording['meta'][];
  /** `prices` of game k are from `ends[k - 1]` (0 for the first) to `ends[k]`. */
  ends: number[];
  prices: Float64Array<SharedArrayBuffer>;
}

export function pack(games: readonly GameRecording[]): PackedGames {
  const total = games.reduce((sum, { prices }) => sum + prices.length, 0);
  const packed: PackedGames = {
    metas: games.map(({ meta }) => meta),
    ends: [],
    prices: new Float64Array(new SharedArrayBuffer(total * Float64Array.BYTES_PER_ELEMENT)),
  };
  let end = 0;
  for (const { prices } of games) {
    packed.prices.set(prices, end);
    end += prices.length;
    packed.ends.push(end);
  }
  return packed;
}

export function unpack({ metas, ends, prices }: PackedGames): GameRecording[] {
  return metas.map((meta, index) => ({
    meta,
    prices: Array.from(prices.subarray(ends[index - 1] ?? 0, ends[index])),
  }));
}

/** Those for which `keep` says so. The prices of the rest stay where they are. */
export function select({ metas, ends, prices }: PackedGames, keep: (index: number) => boolean): PackedGames {
  const kept = metas.flatMap((meta, index) => (keep(index) ? [{ meta, index }] : []));
  if (kept.length === metas.length) return { metas, ends, prices };
  return pack(
    kept.map(({ meta, index }) => ({
      meta,
      prices: Array.from(prices.subarray(ends[index - 1] ?? 0, ends[index])),
    })),
  );
}
