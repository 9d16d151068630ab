import type { Account } from './account.js';
import type { Game } from './game.js';
import { portions } from './sidebets.js';
import type { Random } from './random.js';

/** What a trade is done with: the tick, its price, and the new trade's id. */
export interface Fill {
  game: Game;
  tickIndex: number;
  price: number;
  id: string;
}

/** `standard/newTrade`, type buy. `leverage` does not change the quantity. */
export function buy(
  account: Account,
  amount: number,
  leverage: number,
  { game, tickIndex, price, id }: Fill,
) {
  const { player } = account;
  const qty = account.buy(amount, price);
  return {
    id,
    gameId: game.id,
    playerId: player.id,
    price,
    type: 'buy' as const,
    qty,
    tickIndex,
    coin: 'solana',
    amount,
    leverage,
    ...portions(player, amount),
    username: player.username,
    level: player.level,
  };
}

/** `standard/newTrade`, type sell, of a share (0..1] of the position. */
export function sell(account: Account, share: number, { game, tickIndex, price, id }: Fill) {
  const { player } = account;
  const { qty, amount } = account.sell(share, price);
  return {
    id,
    gameId: game.id,
    playerId: player.id,
    type: 'sell' as const,
    price,
    tickIndex,
    coin: 'solana',
    amount,
    qty,
    ...portions(player, amount),
    username: player.username,
    level: player.level,
  };
}

/** `standard/newTrade`, types short_open and short_close: the quantity is 0. */
export function shortTrade(account: Account, amount: number, { game, tickIndex, price, id }: Fill) {
  const { player } = account;
  const opens = account.short === null;
  if (opens) account.openShort(amount, price, tickIndex);
  return {
    id,
    gameId: game.id,
    playerId: player.id,
    price,
    type: opens ? ('short_open' as const) : ('short_close' as const),
    qty: 0,
    tickIndex,
    coin: 'solana',
    amount: opens ? amount : account.closeShort(price),
    username: player.username,
    level: player.level,
  };
}

export type Trade = ReturnType<typeof buy> | ReturnType<typeof sell> | ReturnType<typeof shortTrade>;

const SHARES = [0.1, 0.25, 0.5, 0.5, 1, 1, 1];

/** What an account does when its player acts. */
export function act(random: Random, account: Account, fill: Fill): Trade {
  const { stake } = account.player;
  if (account.short !== null) return shortTrade(account, stake, fill);
  if (account.qty > 0 && random.chance(0.6)) return sell(account, random.pick(SHARES), fill);
  if (account.qty === 0 && random.chance(0.04)) return shortTrade(account, stake, fill);
  const leverage = random.chance(0.02) ? random.int(2, 5) : 1;
  return buy(account, stake, leverage, fill);
}
