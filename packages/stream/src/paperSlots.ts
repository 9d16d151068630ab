import {
  formatPosition,
  parsePosition,
  type PaperHappening,
  type PaperMessage,
  type PaperSession,
  type Position,
} from '@vectra/protocol';
import { runScript, type RedisClient } from './connection.js';
import type { LogKeys } from './keys.js';

/** How many messages the gateways can still read; they are told of changes, and can always look how a session is. */
const MESSAGES_KEPT = 10_000;

/** What a slot had when it was last saved. */
export interface PaperSlot {
  /** Counts its saves. */
  revision: number;
  /** The newest event that was processed; undefined before the first. */
  position: Position | undefined;
  /** The newest command that was processed; `0-0` before the first. */
  command: string;
  /** What its reader of the log needs, JSON; undefined when none was saved. */
  reader: string | undefined;
  /** Its sessions: id -> JSON. */
  states: Map<string, string>;
}

/** A session that has changed. */
export interface SessionChange {
  id: string;
  /** JSON. */
  state: string;
  /** As clients see it; undefined when nothing of that has changed. */
  session: PaperSession | undefined;
  /** What its history grows by. */
  lines: readonly PaperHappening[];
}

/** All that a batch of events or commands has changed in a slot. */
export interface PaperChange extends Omit<PaperSlot, 'states' | 'revision'> {
  /** That of the slot before. */
  revision: number;
  sessions: readonly SessionChange[];
  messages: readonly PaperMessage[];
  /** How many lines a history keeps. */
  historyMax: number;
}

/** @throws what Redis says. */
export async function loadSlot(redis: RedisClient, { paper }: LogKeys, slot: number): Promise<PaperSlot> {
  const [fields, states] = await Promise.all([
    redis.hgetall(paper.slot(slot)),
    redis.hgetall(paper.states(slot)),
  ]);
  const { revision = '0', position = '', command = '0-0', reader } = fields;
  return {
    revision: Number(revision),
    position: parsePosition(position),
    command,
    reader,
    states: new Map(Object.entries(states)),
  };
}

/**
 * Saves a change whole or not at all. May run twice.
 *
 * @throws what the script's header says, or Redis itself.
 */
export async function saveSlot(
  redis: RedisClient,
  { paper, fence: fenceOf }: LogKeys,
  { slot, group, fence }: { slot: number; group: string; fence: string },
  change: PaperChange,
): Promise<void> {
  const { revision, position, command, reader = '', sessions, messages, historyMax } = change;
  const keys = [
    ...[paper.slot(slot), fenceOf(group), paper.states(slot), paper.sessions(slot)],
    ...[paper.commands(slot), paper.messages, paper.dropped(slot)],
  ];
  const args = [
    ...[fence, revision, position === undefined ? '' : formatPosition(position), command, reader],
    ...[paper.historyPrefix, historyMax, MESSAGES_KEPT, sessions.length],
    ...sessions.flatMap(({ id, state, session, lines }) => [
      ...[id, state, session === undefined ? '' : JSON.stringify(session)],
      ...[lines.length, ...lines.map((line) => JSON.stringify(line))],
    ]),
    ...messages.map((message) => JSON.stringify(message)),
  ];
  await runScript(redis, 'paper', keys, args);
}
