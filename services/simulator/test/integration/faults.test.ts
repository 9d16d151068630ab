import { describe, expect, it } from 'vitest';
import { shapeOf, type Frame } from '../unit/messages.js';
import { listen, startSimulator, type Listener, type Received, type Simulator } from './simulator.js';

/** A long first game, so that a test sees ticks. */
const LONG = { SIMULATOR_SEED: 'snapshot-275', SIMULATOR_SPEED: '20' };
const FAST = { SIMULATOR_SEED: 'whole', SIMULATOR_SPEED: '200' };

async function fault(simulator: Simulator, request: unknown, status = 201): Promise<Record<string, unknown>> {
  const response = await fetch(`${simulator.url}/api/simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(response.status).toBe(status);
  return (await response.json()) as Record<string, unknown>;
}

const active = async (simulator: Simulator): Promise<unknown[]> =>
  (await simulator.json<{ faults: unknown[] }>('/api/simulator/faults')).faults;

const frames = (received: readonly Received[]): Frame[] =>
  received.flatMap(({ event, args }) => (event === 'gameStateUpdate' ? [args[0] as Frame] : []));
const ticks = (received: readonly Received[]): number[] =>
  frames(received).flatMap((frame) => (shapeOf(frame) === 'tick' ? [frame.tickCount ?? -1] : []));
const ids = (received: readonly Received[]): string[] =>
  frames(received)
    .map((frame) => frame.gameId)
    .filter((id, index, all) => id !== all[index - 1]);

async function inPlay(
  env: Record<string, string> = LONG,
): Promise<{ simulator: Simulator; client: Listener }> {
  const simulator = await startSimulator(env);
  const client = listen(simulator.url);
  await client.until((received) => ticks(received).length >= 3);
  return { simulator, client };
}

describe('a fault by request is seen by a real client', () => {
  it('drop: ticks are missing, as many as asked for', async () => {
    const { simulator, client } = await inPlay();
    await fault(simulator, { kind: 'drop', count: 4 });
    await expect.poll(() => active(simulator)).toEqual([]);
    const seen = client.received.length;
    await client.until((received) => received.length > seen + 10);
    const got = ticks(client.received);
    expect((got.at(-1) ?? 0) - (got[0] ?? 0) + 1 - got.length).toBe(4);
  });

  it('duplicate: frames arrive twice', async () => {
    const { simulator, client } = await inPlay();
    await fault(simulator, { kind: 'duplicate', count: 3 });
    await client.until((received) => ticks(received).length - new Set(ticks(received)).size === 3);
    expect(await active(simulator)).toEqual([]);
  });

  it('stall: nothing arrives while the connection stays, then everything in order', async () => {
    const { simulator, client } = await inPlay();
    const stalled = await fault(simulator, { kind: 'stall', durationMs: 700 });
    expect(stalled).toMatchObject({ kind: 'stall', sockets: 'all', left: null });
    const before = ticks(client.received).at(-1) ?? 0;
    expect(await active(simulator)).toHaveLength(1);
    const silent = client.received.length;
    await expect.poll(() => active(simulator), { interval: 5 }).toEqual([]);
    // At 20 times the speed, a tick comes every 13 ms.
    await client.until((received) => (ticks(received).at(-1) ?? 0) > before + 40);
    expect(client.received.length - silent).toBeGreaterThan(30);
    expect(client.socket.connected).toBe(true);
    const got = ticks(client.received);
    expect(got).toEqual(got.map((_, index) => (got[0] ?? 0) + index));
  });

  it('disconnect: the connection is lost without a word, and the client comes back by itself', async () => {
    const simulator = await startSimulator(LONG);
    const client = listen(simulator.url, ['websocket'], { reconnection: true });
    await client.until((received) => ticks(received).length > 0);
    const reasons: string[] = [];
    client.socket.on('disconnect', (reason) => reasons.push(reason));
    await fault(simulator, { kind: 'disconnect', count: 3 });
    await expect.poll(() => reasons).toEqual(['transport close', 'transport close', 'transport close']);
    await expect.poll(() => client.socket.connected).toBe(true);
    expect(await active(simulator)).toEqual([]);
  });

  it('disconnect for a time: nobody gets in meanwhile', async () => {
    const { simulator, client } = await inPlay();
    await fault(simulator, { kind: 'disconnect', durationMs: 600_000 });
    await expect.poll(() => client.socket.connected).toBe(false);
    const late = listen(simulator.url, ['polling'], { reconnection: true });
    const refused = new Promise<Error>((resolve) => late.socket.once('connect_error', resolve));
    expect((await refused).message).toBe('xhr poll error');
    expect(late.socket.connected).toBe(false);
    await fetch(`${simulator.url}/api/simulator/faults`, { method: 'DELETE' });
    await late.until((received) => received.length > 0);
  });

  it('reorder: the second rug frame comes after the next game has begun', async () => {
    const simulator = await startSimulator(FAST);
    await fault(simulator, { kind: 'reorder', count: 2 });
    const client = listen(simulator.url);
    await client.until((received) => new Set(ids(received)).size > 3);
    const [a, b, c] = [...new Set(ids(client.received))];
    expect(ids(client.received).slice(0, 7)).toEqual([a, b, a, b, c, b, c]);
  });

  it('malformed: a frame that is no JSON ends the connection of a client that checks', async () => {
    const { simulator, client } = await inPlay();
    const reason = new Promise<string>((resolve) => client.socket.once('disconnect', resolve));
    await fault(simulator, { kind: 'malformed' });
    expect(await reason).toBe('parse error');
  });

  it('oversized: a frame of the size asked for', async () => {
    const { simulator, client } = await inPlay();
    await fault(simulator, { kind: 'oversized', bytes: 3_000_000 });
    await client.until((received) =>
      frames(received).some((frame) => JSON.stringify(frame).length > 3_000_000),
    );
    expect(client.socket.connected).toBe(true);
  });

  it('no-frame-c: no frame of the new game reveals the seed of the one that ended', async () => {
    const simulator = await startSimulator(FAST);
    await fault(simulator, { kind: 'no-frame-c', durationMs: 600_000 });
    const client = listen(simulator.url);
    await client.until((received) => new Set(ids(received)).size > 4);
    // A client's first frame, which is full as well, comes before or after the next of all.
    const shapes = frames(client.received).slice(2).map(shapeOf);
    expect(shapes).toContain('second rug');
    expect(shapes).not.toContain('new game');
  });

  it('history-without-prices: also in the snapshot of a client that connects', async () => {
    const simulator = await startSimulator(LONG);
    await fault(simulator, { kind: 'history-without-prices', durationMs: 600_000 });
    const client = listen(simulator.url);
    await client.until((received) => frames(received).some((frame) => frame.gameHistory !== undefined));
    const full = frames(client.received).find((frame) => frame.gameHistory !== undefined);
    expect(full?.gameHistory?.map((game) => (game as { prices?: unknown }).prices)).toEqual(
      Array.from({ length: 10 }, () => undefined),
    );
    expect(full?.gameHistory?.[0]?.provablyFair.serverSeed).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('faults of one kind of connection', () => {
  it.each(['stall', 'disconnect'])(
    '%s of the page leaves the public one alone, and the other way round',
    async (kind) => {
      for (const [sockets, spared] of [
        ['page', 'public'],
        ['public', 'page'],
      ]) {
        const simulator = await startSimulator(LONG);
        const clients: Record<string, Listener> = {
          public: listen(simulator.url),
          page: listen(simulator.url, ['websocket'], { auth: 'token' }),
        };
        for (const client of Object.values(clients))
          await client.until((received) => ticks(received).length > 2);
        await fault(simulator, { kind, sockets, durationMs: 600_000 });
        const hit = clients[sockets ?? ''] ?? expect.fail();
        const other = clients[spared ?? ''] ?? expect.fail();
        // What was on its way arrives.
        await simulator.json('/api/simulator');
        const seen = hit.received.length;
        const from = other.received.length;
        await other.until((received) => received.length > from + 20);
        expect(hit.received.length - seen).toBe(0);
        expect(hit.socket.connected).toBe(kind === 'stall');
        await simulator.stop();
      }
    },
  );
});

describe('the logged-in connection', () => {
  it('alone is told the account, which agrees with what the simulator says of it', async () => {
    const simulator = await startSimulator({ SIMULATOR_SEED: 'account', SIMULATOR_SPEED: '200' });
    const page = listen(simulator.url, ['websocket'], { auth: 'planted-token' });
    const other = listen(simulator.url);
    const kinds = (client: Listener): Set<string> => new Set(client.received.map(({ event }) => event));
    const own = [
      'usernameStatus',
      'playerUpdate',
      'gameStatePlayerUpdate',
      'currentSidebet',
      'currentSidebetResult',
    ];
    await page.until(() => own.every((event) => kinds(page).has(event)));
    const trades = (client: Listener) =>
      client.received.flatMap(({ event, args }) =>
        event === 'standard/newTrade'
          ? [args.at(-1) as { playerId: string; amount: number; tickIndex: number }]
          : [],
      );
    const account = await simulator.json<{
      playerId: string;
      ledger: { action: string; amount: number; tick: number }[];
    }>('/api/simulator/account');
    const ownTrades = () => trades(page).filter(({ playerId }) => playerId === account.playerId);
    await page.until(() => ownTrades().length > 0);
    // Before the ledger is asked for: more may come meanwhile.
    const heard = ownTrades();
    const { ledger } = await simulator.json<typeof account>('/api/simulator/account');
    for (const { amount, tickIndex } of heard)
      expect(ledger).toContainEqual(expect.objectContaining({ amount, tick: tickIndex }));
    expect(own.filter((event) => kinds(other).has(event))).toEqual([]);
    expect(trades(other).filter(({ playerId }) => playerId === account.playerId)).toEqual([]);
    expect(ticks(other.received).length).toBeGreaterThan(0);
  });
});

describe('the faults', () => {
  it('can be listed and cleared', async () => {
    const { simulator } = await inPlay();
    await fault(simulator, { kind: 'stall', sockets: 'page', durationMs: 60_000 });
    await fault(simulator, { kind: 'drop', event: 'never', count: 7 });
    expect(await active(simulator)).toEqual([
      {
        id: 1,
        kind: 'stall',
        sockets: 'page',
        durationMs: 60_000,
        left: null,
        endsInMs: expect.any(Number) as number,
      },
      { id: 2, kind: 'drop', sockets: 'all', event: 'never', count: 7, left: 7, endsInMs: null },
    ]);
    const response = await fetch(`${simulator.url}/api/simulator/faults`, { method: 'DELETE' });
    expect(await response.json()).toEqual({ faults: [] });
    expect(await active(simulator)).toEqual([]);
  });

  it('drift: the account is off at once, and nothing stays at work', async () => {
    const simulator = await startSimulator(LONG);
    const cash = async (): Promise<number> =>
      (await simulator.json<{ cash: number }>('/api/simulator/account')).cash;
    const before = await cash();
    expect(await fault(simulator, { kind: 'drift', by: -0.5 })).toMatchObject({ field: 'cash', left: 0 });
    expect(before - (await cash())).toBeGreaterThan(0.4);
    expect(await active(simulator)).toEqual([]);
    const wrong = await fault(simulator, { kind: 'drift', field: 'level' }, 400);
    expect(wrong.error).toContain('field');
  });

  it('that cannot be are refused, and the answer says what was expected', async () => {
    const simulator = await startSimulator(LONG);
    const unknown = await fault(simulator, { kind: 'meteor' }, 400);
    expect(unknown.error).toContain('expected drop, disconnect, stall');
    const negative = await fault(simulator, { kind: 'drop', count: -1 }, 400);
    expect(negative.error).toContain('count');
    const both = await fault(simulator, { kind: 'drop', count: 1, durationMs: 5 }, 400);
    expect(both.error).toContain('count or durationMs, not both');
    expect(await active(simulator)).toEqual([]);
  });
});
