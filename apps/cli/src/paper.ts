import { readFile } from 'node:fs/promises';
import type { OrderResult, PaperMessage, PaperTrading, StrategyInput } from '@vectra/client';
import { UsageError } from './failure.js';
import { connected, type Target } from './gateway.js';
import { multiplier, sol } from './numbers.js';
import type { Output } from './output.js';
import { happeningLine, renderSession } from './sessions.js';

export const SIDES = ['buy', 'sell', 'sidebet'] as const;
export type Side = (typeof SIDES)[number];

/** Joins a session, or makes it with the strategy of a file, and prints what happens in it until Ctrl-C. */
export async function joinPaper(
  target: Target,
  { id, strategyFile }: { id: string; strategyFile?: string },
  output: Output,
): Promise<void> {
  const { json, paint, write } = output;
  const strategy = strategyFile === undefined ? undefined : await readStrategy(strategyFile);
  await connected(target, { output }, async (connection) => {
    const trading = await connection.joinLive(id, strategy);
    const messages = trading[Symbol.asyncIterator]();
    await write(
      json
        ? JSON.stringify({ type: 'live_joined', session: trading.session })
        : renderSession(trading.session, [], paint),
    );
    for await (const message of messages) {
      const text = json ? JSON.stringify(message) : describe(message, output);
      if (text !== undefined) await write(text);
    }
  });
}

/** Orders by hand in a session. */
export async function orderPaper(
  target: Target,
  { id, side, amount }: { id: string; side: Side; amount?: string },
  { json, paint, write, ...output }: Output,
): Promise<void> {
  await connected(target, { output: { json, paint, write, ...output } }, async (connection) => {
    const { bet, session } = await order(await connection.joinLive(id), side, amount);
    if (json) await write(JSON.stringify({ bet, session }));
    else
      await write(
        `${happeningLine(bet, paint)}\nwallet ${sol(session.wallet)} SOL, of which ${sol(session.cash)} free`,
      );
  });
}

/** Stops the strategy of a session; what is open is still settled. */
export async function leavePaper(target: Target, id: string, output: Output): Promise<void> {
  await connected(target, { output }, async (connection) => {
    const trading = await connection.joinLive(id);
    await trading.leave();
    await output.write(output.json ? JSON.stringify({ type: 'live_left', session_id: id }) : `left ${id}`);
  });
}

function order(trading: PaperTrading, side: Side, amount: string | undefined): Promise<OrderResult> {
  if (side === 'sell') return trading.sell(amount);
  if (amount === undefined) throw new UsageError(`a ${side} takes an amount in SOL, as in \`${side} 0.01\``);
  return side === 'buy' ? trading.buy(amount) : trading.sidebet(amount);
}

async function readStrategy(file: string): Promise<StrategyInput> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StrategyInput;
  } catch (error) {
    throw new UsageError(`--strategy ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Undefined: nothing that a person wants to read. */
function describe(message: PaperMessage, { paint }: Output): string | undefined {
  switch (message.type) {
    case 'live_tick': {
      const { tick, price, worth, unrealized_pnl: pnl, bet_ticks_left: left } = message;
      const bet = left === null ? '' : `  sidebet for ${left} more ticks`;
      return `${String(tick).padStart(5)}  ${multiplier(price).padStart(10)}  worth ${sol(worth)} (${sol(pnl, true)})${bet}`;
    }
    case 'live_game_start':
      return `${paint(['bold', 'black', 'bgGreen'], ' START ')}  ${message.gameId}`;
    case 'live_bet':
      return happeningLine(message.bet, paint);
    case 'live_game_end': {
      const { gameId, rugTick, session } = message;
      return `${paint(['bold', 'white', 'bgRed'], ' RUGGED ')}  ${gameId} at tick ${rugTick}; wallet ${sol(session.wallet)} SOL`;
    }
    case 'live_joined':
      return undefined;
  }
}
