import type { WebSocket } from '@fastify/websocket';
import type { Command, Reply } from '@vectra/protocol';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Client, DeskFor } from '../../src/client.js';
import { Hub } from '../../src/hub.js';
import { servingMetrics } from '../../src/metrics.js';
import { Session, SESSION_LIMITS } from '../../src/session.js';
import { Tokens } from '../../src/tokens.js';
import { FakeLog } from '../fakeLog.js';

/** A session over a socket that only remembers what was sent. */
function sessionWith(...desks: DeskFor[]) {
  const sent: string[] = [];
  const socket = { readyState: 1, OPEN: 1, close: () => undefined } as unknown as WebSocket;
  const wire = {
    writableLength: 0,
    cork: () => undefined,
    uncork: () => undefined,
    // Without the header of the frame.
    write: (framed: Buffer) => sent.push(framed.toString('utf8', framed[1] === 126 ? 4 : 2)) > 0,
  };
  const session = new Session({ socket, wire }, undefined, {
    hub: new Hub(),
    log: new FakeLog(),
    logger: pino({ level: 'silent' }),
    limits: SESSION_LIMITS,
    meters: servingMetrics(new Registry(), { clients: () => 1, lag: () => 0 }).meters,
    tokens: new Tokens([]),
    desks,
  });
  const say = (command: object): void => session.command(Buffer.from(JSON.stringify(command)), false);
  const replies = async (count: number): Promise<Reply[]> => {
    await expect.poll(() => sent.length).toBeGreaterThanOrEqual(count);
    return sent.map((text) => JSON.parse(text) as Reply);
  };
  return { session, say, replies };
}

/** A desk that takes the commands of these actions, and what it was asked. */
function desk(take: (command: Command, client: Client) => boolean | Promise<boolean>) {
  const asked: string[] = [];
  let ended = 0;
  const deskFor: DeskFor = (client) => ({
    handle(command) {
      asked.push(command.action);
      return take(command, client);
    },
    end: () => (ended += 1),
  });
  return { deskFor, asked, ended: () => ended };
}

describe('a session', () => {
  it('offers commands to its desks in their order, and serves what none takes', async () => {
    const first = desk(({ action }) => action === 'step');
    const second = desk((command, client) => {
      if (command.action !== 'order') return false;
      client.reply({ type: 'live_left', session_id: 'a' });
      return true;
    });
    const { say, replies } = sessionWith(first.deskFor, second.deskFor);
    say({ action: 'step' });
    say({ action: 'order', session_id: 'a', side: 'sell' });
    say({ action: 'subscribe', channels: ['*'] });
    expect((await replies(2)).map(({ type }) => type).slice(0, 2)).toEqual(['live_left', 'subscribed']);
    expect(first.asked).toEqual(['step', 'order', 'subscribe']);
    expect(second.asked).toEqual(['order', 'subscribe']);
  });

  it.each([
    ['throws', () => expect.fail('broken')],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('answers with an error when a desk %s, and serves the next command (row 15)', async (_how, fail) => {
    const { say, replies } = sessionWith(desk(({ action }) => action === 'step' && fail()).deskFor);
    say({ action: 'step', ref: 'a' });
    say({ action: 'pause', ref: 'b' });
    expect(await replies(2)).toMatchObject([
      { type: 'error', code: 'unavailable', action: 'step', ref: 'a' },
      { type: 'paused', ref: 'b' },
    ]);
  });

  it('gives back the ref of a command, with what is wrong with it, too', async () => {
    const { say, replies } = sessionWith();
    say({ action: 'ping', ref: 'a' });
    say({ action: 'dance', ref: 'b' });
    say({ action: 'subscribe', ref: 'c' });
    say({ action: 'step', ref: 'd' });
    say({ action: 'unsubscribe', channels: ['*'], ref: 'e' });
    const told = (await replies(5)).map(({ type, ref }) => `${type} ${ref}`);
    expect(told).toEqual(['pong a', 'error b', 'error c', 'error d', 'unsubscribed e']);
  });

  it('tells its desks once that it is over', () => {
    const one = desk(() => false);
    const { session } = sessionWith(one.deskFor);
    session.leave(1001);
    session.end();
    expect(session.closed).toBe(true);
    expect(one.ended()).toBe(1);
  });
});
