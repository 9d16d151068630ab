import { formatPosition, placeEvent, type Draft, type Event } from '@vectra/protocol';
import type {
  GroupOptions,
  GroupState,
  LogFigures,
  LogState,
  RecentGames,
  RecorderWish,
  ServiceState,
} from '@vectra/stream';
import type { LogSource } from '../src/source.js';
import { FakePaper } from './fakePaper.js';

export const EPOCH = 'aaaa';
export const GAME = '20251212-6114b2ff44ef4b71';

/** The log in memory: events 1 to n of one epoch, with the oldest `trimmed` ones gone. */
export class FakeLog implements LogSource {
  readonly paper = new FakePaper();
  epoch: string | null = EPOCH;
  trimmed = 0;
  /** Set: Redis fails with it. */
  failure: Error | undefined;
  /** Set: Redis does not answer. */
  hangs = false;
  closed = false;
  groupStates: GroupState[] = [];
  serviceStates: ServiceState[] = [];
  /** As the recorder keeps them. */
  games: RecentGames = { running: null, games: [] };
  wish: RecorderWish | null = null;
  /** Called before each page is read. */
  onRange: () => void = () => undefined;
  #events: Event[] = [];
  #wake: () => void = () => undefined;

  get last(): number {
    return this.#events.length;
  }

  get id(): string {
    return formatPosition({ epoch: this.epoch ?? '', seq: this.last });
  }

  append(...drafts: Draft[]): Event[] {
    const epoch = (this.epoch ??= EPOCH);
    const added = drafts.map((draft, i) => placeEvent(draft, epoch, this.last + 1 + i));
    this.#events.push(...added);
    this.#wake();
    return added;
  }

  /** Redis forgets what came after so many events; with all of them, whose log it was. */
  lose(left: number): void {
    this.#events.length = left;
    if (left === 0) this.epoch = null;
  }

  /** Another history begins. */
  beginAnew(epoch: string): void {
    this.epoch = epoch;
    this.trimmed = 0;
    this.#events = [];
  }

  async state(): Promise<LogState> {
    await this.#answer();
    return { epoch: this.epoch, first: this.trimmed + 1, last: this.last };
  }

  async range(from: number, to: number, count: number): Promise<Event[]> {
    this.onRange();
    await this.#answer();
    return this.#events.slice(Math.max(from - 1, this.trimmed), to).slice(0, count);
  }

  async groups(): Promise<GroupState[]> {
    await this.#answer();
    return this.groupStates;
  }

  /** As Redis would say it. */
  figureStates: LogFigures = {
    memory: { usedBytes: 1_000, limitBytes: null },
    streamBytes: 100,
    oldest: new Map(),
  };

  async figures(): Promise<LogFigures> {
    await this.#answer();
    return this.figureStates;
  }

  async services(): Promise<ServiceState[]> {
    await this.#answer();
    return this.serviceStates;
  }

  async recentGames(): Promise<RecentGames> {
    await this.#answer();
    return this.games;
  }

  async recorderWish(): Promise<RecorderWish | null> {
    await this.#answer();
    return this.wish;
  }

  async wishRecorder(wish: RecorderWish): Promise<void> {
    await this.#answer();
    this.wish = wish;
  }

  async *group(_name: string, { from, signal, onStatus }: GroupOptions): AsyncIterable<{ events: Event[] }> {
    let next = from === 'start' ? 0 : Number(from.split(':')[1]);
    let epoch = this.epoch;
    const aborted = new Promise<void>((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    );
    onStatus?.('owner');
    while (signal?.aborted !== true) {
      if (this.epoch !== epoch) {
        epoch = this.epoch;
        next = 0;
      }
      const events = this.#events.slice(next, next + 200);
      next += events.length;
      if (events.length > 0) yield { events };
      else await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), aborted]);
    }
  }

  announce(): void {
    // Nobody reads it here.
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  async #answer(): Promise<void> {
    if (this.hangs) await new Promise(() => undefined);
    if (this.failure !== undefined) throw this.failure;
    await Promise.resolve();
  }
}

let clock = 1_765_500_000_000;

function draft(type: Draft['type'], data: object, gameId: string | null = GAME): Draft {
  clock += 250;
  return { type, timestamp: clock, gameId, source: 'simulator', data } as Draft;
}

export function tick(tickCount: number, price = '1.25', more: object = {}, gameId = GAME): Draft {
  const state = { active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY', cooldownTimer: 0, tradeCount: 0 };
  return draft('game.tick', { tickCount, price, ...state, ...more }, gameId);
}

export function start(gameId = GAME): Draft {
  return draft('game.start', { serverSeedHash: 'ab12', gameVersion: 'v3', joinedAtTick: 0 }, gameId);
}

export function phase(name: string, previous: string, cooldownTimer = 0, gameId = GAME): Draft {
  return draft('game.phase', { phase: name, previous, cooldownTimer }, gameId);
}

export function end(rugTick: number, peak: string, gameId = GAME): Draft {
  const data = { reason: 'rugged', rugTick, rugPrice: '0.0123', peakMultiplier: peak, tickCount: rugTick };
  return draft('game.end', data, gameId);
}

export function interrupted(tickCount: number, gameId = GAME): Draft {
  const data = { reason: 'interrupted', rugTick: null, rugPrice: null, peakMultiplier: '2', tickCount };
  return draft('game.end', data, gameId);
}

export function sealed(prices: string[], gameId = GAME): Draft {
  const seed = { serverSeed: 'seed', serverSeedHash: 'ab12', verdict: 'verified', complete: true };
  return draft('game.sealed', { ...seed, prices, peakMultiplier: '3', endedAt: null }, gameId);
}

export function trade(tradeId: string, gameId = GAME): Draft {
  const who = { playerId: 'p1', username: 'ann', level: 3, side: 'buy', coin: 'solana', leverage: null };
  const amounts = {
    tickIndex: 1,
    price: '1.25',
    qty: '0.8',
    amount: '1',
    bonusPortion: null,
    realPortion: null,
  };
  return draft('player.trade', { tradeId, ...who, ...amounts }, gameId);
}

export function status(reason: string): Draft {
  return draft('connection.status', { status: 'connected', source: 'public', attempt: 0, reason }, null);
}
