import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, testSystem, type TestSystem } from './harness.js';

const CONNECTIONS = 12;

interface Message {
  type: string;
  id: string | null;
  seq?: number;
  recovered?: boolean;
  reason?: string;
}

/** Reads everything from a place on, for a while, then drops the connection without a word. */
async function readFor(url: string, ms: number, since: string | undefined): Promise<Message[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const messages: Message[] = [];
  socket.on('open', () => socket.send(JSON.stringify({ action: 'subscribe', channels: ['*'], since })));
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  await new Promise((resolve) => socket.once('open', resolve));
  await sleep(ms);
  socket.terminate();
  return messages;
}

const seqsOf = (messages: readonly Message[]): number[] =>
  messages.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));

describe('a WebSocket client', () => {
  let test: TestSystem;
  let url: string;
  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'resume', SIMULATOR_SPEED: '20' } });
    url = test.system.url('gateway');
    await eventually('the log fills', async () => (await test.log.state()).last > 50);
  });
  afterAll(() => test.stop());

  it('that loses its connection and returns with `since` misses nothing and gets nothing twice', async () => {
    let since: string | undefined;
    const seqs: number[] = [];
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      const messages = await readFor(url, 100 + Math.random() * 400, since);
      expect(messages[0]).toMatchObject({ type: 'subscribed', recovered: since !== undefined });
      seqs.push(...seqsOf(messages));
      since = messages.findLast(({ seq }) => seq !== undefined)?.id ?? since;
      await sleep(Math.random() * 300);
    }
    const first = seqs[0] ?? 0;
    expect(seqs.length).toBeGreaterThan(100);
    expect(seqs).toEqual(seqs.map((_, index) => first + index));
  });

  it('gets the same from a gateway that was killed and started again', async () => {
    const before = await readFor(url, 500, undefined);
    const since = before.findLast(({ seq }) => seq !== undefined)?.id ?? '';
    test.system.child('gateway').signal('SIGKILL');
    await eventually(
      'the gateway is back',
      async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok,
    );
    const after = await readFor(url, 1_000, since);
    expect(after[0]).toMatchObject({ type: 'subscribed', recovered: true });
    const seqs = [...seqsOf(before), ...seqsOf(after)];
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect(seqsOf(after).length).toBeGreaterThan(10);
  });

  it('is told why when its place cannot be resumed', async () => {
    const { epoch, last } = await test.log.state();
    const [unknown] = await readFor(url, 200, 'ffffffff:3');
    expect(unknown).toMatchObject({ recovered: false, reason: 'epoch_changed' });
    const [ahead] = await readFor(url, 200, `${epoch}:${last + 1_000_000}`);
    expect(ahead).toMatchObject({ recovered: false, reason: 'ahead' });
  });

  it('reads in /health that all is well, and what is not when a service is gone', async () => {
    const health = async (): Promise<{ code: number; status: string; problems: { part: string }[] }> => {
      const response = await fetch(`${url}/health`);
      return {
        code: response.status,
        ...((await response.json()) as { status: string; problems: { part: string }[] }),
      };
    };
    await eventually('all is well', async () => (await health()).code === 200);
    expect(await health()).toMatchObject({ status: 'ok', problems: [] });
    await test.system.stopService('recorder');
    await eventually('it is noticed', async () => (await health()).code === 503);
    expect((await health()).problems.map(({ part }) => part).join()).toContain('recorder');
  });
});
