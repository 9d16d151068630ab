import type { WindowWrite } from '@vectra/stream';
import type { Finished, Running } from './recentGames.js';

/** What Redis is known to hold. */
export interface Held {
  /** Version of the finished games, and how many bytes they have. */
  games: { version: number; bytes: number };
  /** undefined: no running game. */
  running:
    | {
        gameId: string;
        version: number;
        id: string;
        /** How many prices. */
        count: number;
        /** Bytes up to the end of the last price, and in all. */
        offset: number;
        length: number;
      }
    | undefined;
}

export interface Plan {
  write: WindowWrite;
  /** What Redis holds afterwards. */
  held: Held;
}

/**
 * The least that brings Redis from what it holds to what is to be there. A new price of the running game is appended over
 * the end of its JSON, so that its text is valid at any moment and a tick costs the same however long the game is.
 *
 * @param held undefined when it is not known: then all is written.
 * @returns undefined when nothing is to be done.
 */
export function planWrite(
  held: Held | undefined,
  finished: Finished,
  running: Running | undefined,
): Plan | undefined {
  const { version, text } = finished;
  const next = planRunning(held, running);
  if (held?.games.version === version) {
    if (next.write.act === 'keep') return undefined;
    return { write: { games: held.games.bytes, running: next.write }, held: { ...held, running: next.held } };
  }
  const games = { version, bytes: Buffer.byteLength(text) };
  return { write: { games: text, running: next.write }, held: { games, running: next.held } };
}

interface RunningPlan {
  write: WindowWrite['running'];
  held: Held['running'];
}

function planRunning(held: Held | undefined, running: Running | undefined): RunningPlan {
  if (running === undefined) {
    const nothing = held !== undefined && held.running === undefined;
    return { write: { act: nothing ? 'keep' : 'remove' }, held: undefined };
  }
  const before = held?.running;
  const isSame = before?.gameId === running.gameId && before.version === running.version;
  if (!isSame) return planWhole(running);
  if (before.id === running.id) return { write: { act: 'keep' }, held: before };
  const added = running.prices.slice(before.count).map(textOf).join(',');
  const prices = before.count > 0 && added !== '' ? `,${added}` : added;
  const text = prices + endOf(running);
  // A shorter text would leave the end of the former one behind it.
  if (before.offset + Buffer.byteLength(text) < before.length) return planWhole(running);
  return {
    write: { act: 'append', text, offset: before.offset, length: before.length },
    held: heldAfter(running, before.offset + Buffer.byteLength(prices)),
  };
}

function planWhole(running: Running): RunningPlan {
  const text = running.head + running.prices.map(textOf).join(',');
  return {
    write: { act: 'set', text: text + endOf(running) },
    held: heldAfter(running, Buffer.byteLength(text)),
  };
}

function heldAfter(running: Running, offset: number): NonNullable<Held['running']> {
  const { gameId, version, id, prices } = running;
  return {
    gameId,
    version,
    id,
    count: prices.length,
    offset,
    length: offset + Buffer.byteLength(endOf(running)),
  };
}

function textOf(price: number | null): string {
  return JSON.stringify(price);
}

function endOf({ id }: Running): string {
  return `],"id":${JSON.stringify(id)}}`;
}
