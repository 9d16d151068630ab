import { placeEvent, type Draft, type Event, type EventOf, type Source } from '../envelope.js';
import type { EventData, EventType } from '../events.js';

const GAME = '20260131-0f1e2d3c4b5a6978';
const RECEIVED = 1_769_860_800_000;

interface Example<T extends EventType> {
  data: EventData<T>;
  gameId?: null;
  source?: Source;
}
type Known = Exclude<EventType, `raw.${string}`>;

/** What the documents show of each event type. All names, ids and figures are made up; the seed and its prices belong together. */
const examples: { [T in Known]: Example<T> } & { 'raw.rugRoyaleUpdate': Example<'raw.rugRoyaleUpdate'> } = {
  'game.start': {
    data: {
      serverSeedHash: '45ab952219afbd4741aee40de16d6a8fea047b0d28db02c7ac7351a48e223d2b',
      gameVersion: 'v3',
      joinedAtTick: 0,
    },
  },
  'game.tick': {
    data: {
      tickCount: 3,
      price: '0.837750582243339',
      active: true,
      rugged: false,
      phase: 'ACTIVE_GAMEPLAY',
      cooldownTimer: 0,
      tradeCount: 12,
    },
  },
  'game.phase': { data: { phase: 'PRESALE', previous: 'COOLDOWN', cooldownTimer: 10_000 } },
  'game.end': {
    data: {
      reason: 'rugged',
      rugTick: 5,
      rugPrice: '0.0098',
      peakMultiplier: '1.026902235778987',
      tickCount: 5,
    },
  },
  'game.sealed': {
    data: {
      serverSeed: 'd0b183266d9dd6854e4f073e082fa73291a4e156bf1f50fb4160ce0298c3f0cc',
      serverSeedHash: '45ab952219afbd4741aee40de16d6a8fea047b0d28db02c7ac7351a48e223d2b',
      verdict: 'verified',
      complete: true,
      prices: [
        '1',
        '1.026902235778987',
        '0.8451792716270268',
        '0.837750582243339',
        '0.8528179310142732',
        '0.0098',
      ],
      peakMultiplier: '1.026902235778987',
      endedAt: RECEIVED + 1_250,
    },
  },
  'game.gap': { data: { fromTick: 2, toTick: 3, healed: true, by: 'partialPrices' } },
  'player.identity': {
    gameId: null,
    source: 'authenticated',
    data: { playerId: 'player-7', username: 'example', hasUsername: true },
  },
  'player.update': {
    source: 'authenticated',
    data: {
      cash: '1.25',
      bonusBalance: '0',
      positionQty: '0.1',
      avgCost: '1.02',
      totalInvested: '0.102',
      cumulativePnL: '0.03',
      pnlPercent: '2.5',
      sidebetPnl: '0',
    },
  },
  'player.leaderboard': {
    source: 'authenticated',
    data: { entry: { id: 'player-7', username: 'example', pnl: 0.03, position: 4 } },
  },
  'player.trade': {
    data: {
      tradeId: 'trade-31',
      playerId: 'player-8',
      username: 'somebody',
      level: 12,
      side: 'buy',
      tickIndex: 3,
      price: '0.837750582243339',
      qty: '0.1',
      amount: '0.0837750582243339',
      leverage: null,
      coin: 'solana',
      bonusPortion: '0',
      realPortion: '0.0837750582243339',
    },
  },
  'player.drift': { source: 'authenticated', data: { field: 'cash', local: '1.25', server: '1.5' } },
  'sidebet.placed': {
    data: {
      betId: 'bet-5',
      playerId: 'player-8',
      username: 'somebody',
      betAmount: '0.01',
      xPayout: 5,
      startTick: 1,
      endTick: 41,
      coinAddress: null,
      own: false,
    },
  },
  'sidebet.result': {
    data: {
      betId: 'bet-5',
      playerId: 'player-8',
      username: 'somebody',
      betAmount: '0.01',
      xPayout: 5,
      startTick: 1,
      endTick: 41,
      coinAddress: null,
      own: false,
      won: true,
      payout: '0.05',
      profit: '0.04',
      tickIndex: 5,
    },
  },
  'connection.status': {
    gameId: null,
    data: { status: 'connected', source: 'public', attempt: 0, reason: null },
  },
  error: {
    data: { code: 'PRICE_CONFLICT', message: 'tick 3 was 0.84 and is told as 0.83 now: the first is kept' },
  },
  'raw.rugRoyaleUpdate': { gameId: null, data: { payload: { status: 'INACTIVE' } } },
};

/** An event of each type, one after the other in the log. The last stands for all of `raw.<event>`. */
export const EVENT_EXAMPLES: readonly Event[] = Object.entries(examples).map(([type, example], index) => {
  const { data, gameId = GAME, source = 'public' } = example;
  const draft = { type, timestamp: RECEIVED + 250 * index, gameId, source, data } as Draft;
  return placeEvent(draft, '8f3a12bc', 1_040 + index);
});

/** @throws RangeError when the table has no such type. */
export function eventExample<T extends EventType>(type: T): EventOf<T> {
  const found = EVENT_EXAMPLES.find((event) => event.type === type);
  if (found === undefined) throw new RangeError(`expected an example of the event ${type}, there is none`);
  return found as EventOf<T>;
}
