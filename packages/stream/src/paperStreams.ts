import { setTimeout as sleep } from 'node:timers/promises';
import { paperCommand, paperMessage, type PaperCommand, type PaperMessage } from '@vectra/protocol';
import type { z } from 'zod';
import { BLOCK_MS, isTransient, retryDelay, type RedisClient } from './connection.js';
import type { RawEntry } from './entries.js';
import { onOwnReader, type GroupConnection } from './groupCommands.js';
import { partsOf } from './rawEntries.js';

const PAGE = 500;
const READY_POLL_MS = 20;

/** A command that waits to be carried out. */
export interface WaitingCommand {
  /** `<ms>-<n>`, higher with each of a slot; `ms` is the time of Redis at which it was sent. */
  id: string;
  /** That time, Unix ms. */
  sentAt: number;
  /** null when the entry holds none. */
  command: PaperCommand | null;
}

/** New messages after the given id. Ends with the signal. @throws what Redis refuses for good. */
export async function* readMessages(
  connection: GroupConnection,
  { after, signal }: { after: string; signal: AbortSignal },
): AsyncGenerator<PaperMessage, void> {
  const key = connection.keys.paper.messages;
  let newest = after;
  for await (const arrived of follow(connection, () => new Map([[key, newest]]), signal)) {
    for (const [id, fields] of arrived.get(key) ?? []) {
      const message = parsed(paperMessage, fields);
      newest = id;
      if (message !== null) yield message;
      else connection.log?.warn({ id }, 'not a message of paper trading: left out');
    }
  }
}

/** What has come of commands for some slots, whichever `after` names each time: the newest command that each has taken. */
export async function* readCommands(
  connection: GroupConnection,
  { after, signal }: { after: () => ReadonlyMap<number, string>; signal: AbortSignal },
): AsyncGenerator<ReadonlyMap<number, WaitingCommand[]>, void> {
  const key = connection.keys.paper.commands;
  const cursors = (): Map<string, string> => new Map([...after()].map(([slot, id]) => [key(slot), id]));
  for await (const arrived of follow(connection, cursors, signal)) {
    const slots = [...after().keys()].map(
      (slot) => [slot, (arrived.get(key(slot)) ?? []).map(waiting)] as const,
    );
    yield new Map(slots.filter(([, commands]) => commands.length > 0));
  }
}

function waiting([id, fields]: RawEntry): WaitingCommand {
  return { id, sentAt: partsOf(id).ms, command: parsed(paperCommand, fields) };
}

/** The JSON in an entry's one field; null when it does not fit. */
function parsed<T>(schema: z.ZodType<T>, fields: readonly string[] | null): T | null {
  try {
    return schema.parse(JSON.parse(fields?.[1] ?? ''));
  } catch {
    return null; // told by whoever reads it
  }
}

/** Reads streams as they grow, on a connection of its own, through every outage that passes. */
async function* follow(
  connection: GroupConnection,
  after: () => ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncGenerator<Map<string, RawEntry[]>, void> {
  try {
    yield* onOwnReader(connection, signal, (reader) => grown(reader, after, signal));
  } catch (error) {
    if (!isAborted(signal)) throw error;
  }
}

async function* grown(
  reader: RedisClient,
  after: () => ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncGenerator<Map<string, RawEntry[]>, void> {
  let failures = 0;
  while (!isAborted(signal)) {
    const cursors = after();
    if (reader.status !== 'ready' || cursors.size === 0) {
      await sleep(READY_POLL_MS, undefined, { signal });
      continue;
    }
    try {
      const arrived = await read(reader, cursors);
      failures = 0;
      if (arrived.size > 0) yield arrived;
    } catch (error) {
      if (isAborted(signal)) return;
      if (!isTransient(error)) throw error;
      await sleep(retryDelay(++failures), undefined, { signal });
    }
  }
}

async function read(
  reader: RedisClient,
  cursors: ReadonlyMap<string, string>,
): Promise<Map<string, RawEntry[]>> {
  const places = ['STREAMS', ...cursors.keys(), ...cursors.values()];
  const reply = await reader.call('XREAD', 'COUNT', PAGE, 'BLOCK', BLOCK_MS, ...places);
  return new Map((reply as [string, RawEntry[]][] | null) ?? []);
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
