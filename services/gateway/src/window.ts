import type { Event, EventData, EventOf, GameRecording, Phase } from '@vectra/protocol';

/** How many trades of the current game are kept. */
const TRADES_KEPT = 50;
/** No game is longer (5,000 ticks are its rules' limit): a tick beyond is no place to fill an array up to. */
const TICK_LIMIT = 100_000;

export interface WindowTrade extends Omit<
  EventData<'player.trade'>,
  'coin' | 'bonusPortion' | 'realPortion'
> {
  /** Unix ms. */
  timestamp: number;
}

/** The game on screen: counting down, running, or just ended while the next has not been announced. */
export interface CurrentGame {
  gameId: string;
  phase: Phase;
  /** Milliseconds left of the countdown, 0 in play. */
  cooldownTimer: number;
  /** The highest tick known; null before the first. */
  tick: number | null;
  /** The price at `tick`. */
  price: number | null;
  /** prices[k] = price at tick k; null where it is not known. */
  prices: (number | null)[];
  /** Unix ms; null before the start. */
  startedAt: number | null;
  serverSeedHash: string | null;
  /** Set once the game has ended; tick and price are null when the rug was not seen. */
  end: { reason: 'rugged' | 'interrupted'; tick: number | null; price: number | null } | null;
  /** Newest first. */
  trades: WindowTrade[];
}

/** A finished game: its recording's meta, and every price known. */
export type FinishedGame = GameRecording['meta'] & { prices: (number | null)[] };

export interface Recent {
  /** Continue after this event: it is the last one contained here. null when the log is empty. */
  since: string | null;
  current: (CurrentGame & { since: string }) | null;
  /** Newest first. */
  games: FinishedGame[];
}

/** The running game and the last finished ones, folded from the log's events in order. */
export class LiveWindow {
  readonly #capacity: number;
  #current: CurrentGame | undefined;
  /** Ticks of the current game that were not received live. */
  #backfilled = 0;
  /** Newest first. */
  readonly #finished: FinishedGame[] = [];
  #since: string | null = null;

  /** @param capacity how many finished games are kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  fold(event: Event): void {
    this.#since = event.id;
    if (event.type === 'game.start') this.#start(event);
    else if (event.type === 'game.tick') this.#tick(event);
    else if (event.type === 'game.phase') this.#phase(event);
    else if (event.type === 'game.end') this.#end(event);
    else if (event.type === 'game.sealed') this.#sealed(event);
    else if (event.type === 'player.trade') this.#trade(event);
  }

  recent(): Recent {
    const games = this.#finished.slice(0, this.#capacity);
    if (this.#current === undefined || this.#since === null)
      return { since: this.#since, current: null, games };
    // Copies: the answer is still being sent when the next event comes.
    const prices = [...this.#current.prices];
    const trades = [...this.#current.trades];
    return { since: this.#since, current: { ...this.#current, prices, trades, since: this.#since }, games };
  }

  /** A finished game as its recording will be: its prices end before the first unknown tick. */
  recording(gameId: string): GameRecording | undefined {
    const game = this.#finished.find(({ game_id }) => game_id === gameId);
    if (game === undefined) return undefined;
    const { prices, ...meta } = game;
    const known = unbroken(prices);
    return { meta: { ...meta, duration_ticks: Math.max(0, known.length - 1) }, prices: known };
  }

  /** The current game if it is this one; a new one takes its place unless it is a finished game's echo. */
  #enter(gameId: string): CurrentGame | undefined {
    if (this.#current?.gameId === gameId) return this.#current;
    if (this.#finished.some(({ game_id }) => game_id === gameId)) return undefined;
    this.#current = {
      gameId,
      phase: 'UNKNOWN',
      cooldownTimer: 0,
      tick: null,
      price: null,
      prices: [],
      startedAt: null,
      serverSeedHash: null,
      end: null,
      trades: [],
    };
    this.#backfilled = 0;
    return this.#current;
  }

  #start({ gameId, timestamp, data }: EventOf<'game.start'>): void {
    const game = gameId === null ? undefined : this.#enter(gameId);
    if (game === undefined) return;
    if (game.end?.reason === 'interrupted') this.#resume(game);
    game.startedAt ??= timestamp;
    game.serverSeedHash = data.serverSeedHash;
    game.cooldownTimer = 0;
  }

  /** A game that was lost sight of is seen again: it has not finished. */
  #resume(game: CurrentGame): void {
    game.end = null;
    const listed = this.#finished.findIndex(({ game_id }) => game_id === game.gameId);
    if (listed !== -1) this.#finished.splice(listed, 1);
  }

  #tick({ gameId, timestamp, data }: EventOf<'game.tick'>): void {
    const { tickCount, backfilled } = data;
    if (gameId === null || tickCount > TICK_LIMIT) return;
    const price = Number(data.price);
    this.#tickOfFinished(gameId, tickCount, price);
    if (backfilled !== undefined && this.#current?.gameId !== gameId) return;
    const game = this.#enter(gameId);
    if (game === undefined || isAfter(tickCount, game.end?.tick)) return;
    game.startedAt ??= timestamp;
    if (backfilled === undefined) {
      game.phase = data.phase;
      game.cooldownTimer = data.cooldownTimer;
    } else if (typeof game.prices[tickCount] !== 'number') this.#backfilled += 1;
    fill(game.prices, tickCount, price);
    if (tickCount < (game.tick ?? 0)) return;
    game.tick = tickCount;
    game.price = game.prices[tickCount] ?? price;
  }

  /** A tick that became known after its game ended. */
  #tickOfFinished(gameId: string, tick: number, price: number): void {
    const game = this.#finished.find(({ game_id }) => game_id === gameId);
    if (game === undefined || isAfter(tick, game.rug_tick) || typeof game.prices[tick] === 'number') return;
    fill(game.prices, tick, price);
    game.backfilled_ticks += 1;
    game.complete = isComplete(game.prices, game.rug_tick);
  }

  #phase({ gameId, data }: EventOf<'game.phase'>): void {
    const game = gameId === null ? undefined : this.#enter(gameId);
    if (game === undefined) return;
    game.phase = data.phase;
    game.cooldownTimer = data.cooldownTimer;
  }

  #end({ gameId, timestamp, data }: EventOf<'game.end'>): void {
    const game = this.#current;
    if (gameId === null || game?.gameId !== gameId || game.end !== null) return;
    const rugPrice = data.rugPrice === null ? null : Number(data.rugPrice);
    game.end = { reason: data.reason, tick: data.rugTick, price: rugPrice };
    if (data.rugTick !== null && data.rugTick <= TICK_LIMIT && rugPrice !== null)
      fill(game.prices, data.rugTick, rugPrice);
    const prices = [...game.prices];
    this.#finished.unshift({
      game_id: gameId,
      start_time: new Date(game.startedAt ?? timestamp).toISOString(),
      end_time: new Date(timestamp).toISOString(),
      duration_ticks: data.tickCount,
      peak_multiplier: Number(data.peakMultiplier),
      server_seed_hash: game.serverSeedHash,
      server_seed: null,
      verified: null,
      rug_tick: data.rugTick,
      complete: isComplete(prices, data.rugTick),
      backfilled_ticks: this.#backfilled,
      prices,
    });
    this.#finished.length = Math.min(this.#finished.length, this.#capacity);
  }

  #sealed({ gameId, data }: EventOf<'game.sealed'>): void {
    const game = this.#finished.find(({ game_id }) => game_id === gameId);
    if (game === undefined) return;
    game.server_seed = data.serverSeed;
    game.server_seed_hash = data.serverSeedHash;
    game.verified = data.verdict === 'hash-only' ? null : data.verdict === 'verified';
    if (data.peakMultiplier !== null) game.peak_multiplier = Number(data.peakMultiplier);
    if (!data.complete) return;
    game.prices = data.prices.map(Number);
    game.complete = true;
    game.duration_ticks = data.prices.length - 1;
    game.rug_tick ??= data.prices.length - 1;
  }

  #trade({ gameId, timestamp, data }: EventOf<'player.trade'>): void {
    const game = this.#current;
    if (game?.gameId !== gameId) return;
    game.trades.unshift({ ...data, timestamp });
    game.trades.length = Math.min(game.trades.length, TRADES_KEPT);
  }
}

/** The first sight of a tick stands; ticks skipped before it are unknown. */
function fill(prices: (number | null)[], tick: number, price: number): void {
  while (prices.length <= tick) prices.push(null);
  prices[tick] ??= price;
}

function isAfter(tick: number, rugTick: number | null | undefined): boolean {
  return typeof rugTick === 'number' && tick > rugTick;
}

function unbroken(prices: readonly (number | null)[]): number[] {
  const hole = prices.indexOf(null);
  return (hole === -1 ? prices : prices.slice(0, hole)).filter((price) => price !== null);
}

function isComplete(prices: readonly (number | null)[], rugTick: number | null): boolean {
  return rugTick !== null && prices.length === rugTick + 1 && !prices.includes(null);
}
