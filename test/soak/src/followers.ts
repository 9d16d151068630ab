import { connect } from '@vectra/client';
import { WebSocket } from 'ws';
import { followInPython, pythonProgram } from './pythonFollower.js';
import { followStream } from './streamFollower.js';

/** What a client of all events was told, in the order in which it was. */
export interface Told {
  seqs: number[];
  /** Of another epoch than it began with. */
  foreign: number;
  /** How often it was told that events can not be had any more. */
  unrecovered: number;
  /** How often it connected; undefined where that is not known. */
  connections: number | undefined;
}

export interface Follower {
  name: string;
  told: Told;
  close(): void;
}

export interface FollowOptions {
  name: string;
  url: string;
  epoch: string;
}

/** So many with the TypeScript client, which reconnect independently of each other. */
const SOCKETS = 4;

/** An empty account of what a client is told. @param counts whether its connections are counted. */
export function nothingTold(counts: boolean): Told {
  return { seqs: [], foreign: 0, unrecovered: 0, connections: counts ? 0 : undefined };
}

/** Notes an event by its id, `<epoch>:<seq>`. */
export function note(told: Told, epoch: string, id: string): void {
  const at = id.indexOf(':');
  if (id.slice(0, at) === epoch) told.seqs.push(Number(id.slice(at + 1)));
  else told.foreign++;
}

function followSocket({ name, url, epoch }: FollowOptions): Follower {
  const told = nothingTold(true);
  const connection = connect({ url, channels: ['*'], since: `${epoch}:0`, WebSocket });
  connection.on('event', ({ id }) => note(told, epoch, id));
  connection.on('unrecovered', () => told.unrecovered++);
  connection.on('status', ({ state }) => {
    if (state === 'live') told.connections = (told.connections ?? 0) + 1;
  });
  return { name, told, close: () => connection.close() };
}

/** Clients of every kind, each of which wants every event from the first on. */
export function startFollowers(url: string, epoch: string): Follower[] {
  const sockets = Array.from({ length: SOCKETS }, (_, index) =>
    followSocket({ name: `TypeScript ${index + 1}`, url, epoch }),
  );
  const stream = followStream({ name: 'server-sent events', url, epoch });
  const program = pythonProgram();
  const python = program === undefined ? [] : [followInPython(program, { name: 'Python', url, epoch })];
  return [...sockets, stream, ...python];
}
