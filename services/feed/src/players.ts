import { toDecimal, type Draft, type EventData, type EventType } from '@vectra/protocol';
import type { z } from 'zod';
import type { Origin } from './batch.js';
import {
  placedSidebet,
  playerGameState,
  playerUpdate,
  settledSidebet,
  trade,
  usernameStatus,
  type GlobalSidebet,
} from './wire.js';

type Sidebet = EventData<'sidebet.placed'>;

const money = (value: number | null | undefined): string | null =>
  typeof value === 'number' ? toDecimal(value) : null;

/** One upstream event as one event of the log: its type, its game, its data. */
interface Mapping {
  type: EventType;
  gameId: string | null;
  data: unknown;
}

type Mapper = (payload: unknown) => Mapping;

/** @throws ZodError when a payload lacks what its event needs. */
const MAPPERS = new Map<string, Mapper>([
  ['standard/newTrade', mapper(trade, tradeEvent)],
  ['newSideBet', mapper(placedSidebet, (bet) => placed(bet, false))],
  ['currentSidebet', mapper(placedSidebet, (bet) => placed(bet, true))],
  ['currentSidebetResult', mapper(settledSidebet, settled)],
  ['usernameStatus', mapper(usernameStatus, identity)],
  ['playerUpdate', mapper(playerUpdate, account)],
  ['gameStatePlayerUpdate', mapper(playerGameState, leaderboard)],
]);

function mapper<S extends z.ZodType>(schema: S, map: (payload: z.infer<S>) => Mapping): Mapper {
  return (payload) => map(schema.parse(payload));
}

/** Whether an upstream event is about players, their trades or their sidebets. */
export function isPlayerEvent(name: string): boolean {
  return MAPPERS.has(name);
}

/**
 * The event of the log for one upstream event about players.
 *
 * @throws ZodError when the payload does not fit.
 */
export function playerEvent(name: string, payload: unknown, origin: Origin): Draft {
  const map = MAPPERS.get(name);
  if (map === undefined) throw new TypeError(`${name} is no event about players`);
  return { ...map(payload), ...origin } as Draft;
}

/** What makes a sidebet one: a player has one active at a time, so no two start at the same tick of a game. */
export function sidebetKey(type: 'sidebet.placed' | 'sidebet.result', bet: Sidebet): string {
  return `${type}:${bet.playerId}:${bet.startTick}`;
}

/** A row of a finished game's sidebets; undefined when it does not say its ticks. */
export function sidebetOf(row: GlobalSidebet): Sidebet | undefined {
  const startTick = row.startTick ?? row.startedAtTick;
  const endTick = row.endTick ?? row.end;
  if (startTick === undefined || endTick === undefined) return undefined;
  return sidebet({ ...row, startTick, endTick }, false);
}

type SidebetPayload = Omit<z.infer<typeof placedSidebet>, 'gameId'>;

function sidebet(bet: SidebetPayload, own: boolean): Sidebet {
  return {
    betId: bet.id ?? null,
    playerId: bet.playerId,
    username: bet.username ?? null,
    betAmount: toDecimal(bet.betAmount),
    xPayout: bet.xPayout,
    startTick: bet.startTick,
    endTick: bet.endTick,
    coinAddress: bet.coinAddress ?? null,
    own,
  };
}

function placed(bet: z.infer<typeof placedSidebet>, own: boolean): Mapping {
  return { type: 'sidebet.placed', gameId: bet.gameId, data: sidebet(bet, own) };
}

function settled(bet: z.infer<typeof settledSidebet>): Mapping {
  const data: EventData<'sidebet.result'> = {
    ...sidebet(bet, true),
    won: bet.payout > 0,
    payout: toDecimal(bet.payout),
    profit: toDecimal(bet.profit),
    tickIndex: bet.tickIndex ?? null,
  };
  return { type: 'sidebet.result', gameId: bet.gameId, data };
}

function tradeEvent(payload: z.infer<typeof trade>): Mapping {
  const data: EventData<'player.trade'> = {
    tradeId: payload.id,
    playerId: payload.playerId,
    username: payload.username ?? null,
    level: payload.level ?? null,
    side: payload.type,
    tickIndex: payload.tickIndex,
    price: toDecimal(payload.price),
    qty: toDecimal(payload.qty),
    amount: toDecimal(payload.amount),
    leverage: payload.leverage ?? null,
    coin: payload.coin ?? null,
    bonusPortion: money(payload.bonusPortion),
    realPortion: money(payload.realPortion),
  };
  return { type: 'player.trade', gameId: payload.gameId, data };
}

function identity({ id, username, hasUsername }: z.infer<typeof usernameStatus>): Mapping {
  const data: EventData<'player.identity'> = {
    playerId: id ?? null,
    username: username ?? null,
    hasUsername: hasUsername ?? false,
  };
  return { type: 'player.identity', gameId: null, data };
}

function account(payload: z.infer<typeof playerUpdate>): Mapping {
  const data: EventData<'player.update'> = {
    ...payload,
    cash: toDecimal(payload.cash),
    bonusBalance: money(payload.bonusBalance),
    positionQty: toDecimal(payload.positionQty),
    avgCost: toDecimal(payload.avgCost),
    totalInvested: money(payload.totalInvested),
    cumulativePnL: money(payload.cumulativePnL),
    pnlPercent: money(payload.pnlPercent),
    sidebetPnl: money(payload.sidebetPnl),
  };
  return { type: 'player.update', gameId: null, data };
}

function leaderboard({ gameId, leaderboardEntry }: z.infer<typeof playerGameState>): Mapping {
  return { type: 'player.leaderboard', gameId, data: { entry: leaderboardEntry ?? null } };
}
