import { derivePrices, hashSeed } from '@vectra/game';

/** A made-up game on the real algorithm, and the frames upstream would send of it. */
export class FakeGame {
  readonly gameId: string;
  readonly seed: string;
  readonly hash: string;
  /** Prices by tick, the rug price last. */
  readonly prices: number[];
  readonly rugTick: number;

  constructor(seed: string, gameId = `20260101-${hashSeed(seed).slice(0, 16)}`) {
    this.gameId = gameId;
    this.seed = hashSeed(seed);
    this.hash = hashSeed(this.seed);
    const derived = derivePrices(this.seed, gameId, 'v3');
    this.rugTick = derived.rugTick;
    this.prices = [...derived.prices, 0.01 * Math.min(1, derived.prices.at(-1) ?? 1)];
  }

  get provablyFair() {
    return { serverSeedHash: this.hash, version: 'v3' };
  }

  countdown(cooldownTimer: number) {
    const allowPreRoundBuys = cooldownTimer <= 10_000;
    return { gameId: this.gameId, cooldownTimer, allowPreRoundBuys, provablyFair: this.provablyFair };
  }

  tick(tickCount: number) {
    const rugged = tickCount >= this.rugTick;
    const at = Math.min(tickCount, this.rugTick);
    const startTick = Math.max(0, at - 4);
    const window = this.prices
      .slice(startTick, at + 1)
      .map((price, index) => [String(startTick + index), price] as const);
    return {
      gameId: this.gameId,
      active: true,
      rugged,
      price: this.prices[at] ?? 0,
      tickCount,
      cooldownTimer: 0,
      tradeCount: 3,
      allowPreRoundBuys: false,
      gameVersion: 'v3',
      provablyFair: this.provablyFair,
      partialPrices: { startTick, endTick: at, values: Object.fromEntries(window) },
    };
  }

  /** The first frame after a connection. */
  snapshot(tickCount: number) {
    return {
      ...this.tick(tickCount),
      partialPrices: null,
      prices: this.prices.slice(0, tickCount + 1),
      gameHistory: [],
    };
  }

  get historyEntry() {
    return {
      id: this.gameId,
      timestamp: 1_767_225_600_000,
      prices: this.prices,
      peakMultiplier: Math.max(...this.prices),
      gameVersion: 'v3',
      provablyFair: { serverSeed: this.seed, serverSeedHash: this.hash },
    };
  }

  /** A game that lasts at least this many ticks. */
  static lasting(ticks: number): FakeGame {
    for (let attempt = 0; ; attempt++) {
      const game = new FakeGame(`lasting ${ticks} ${attempt}`);
      if (game.rugTick > ticks) return game;
    }
  }
}
