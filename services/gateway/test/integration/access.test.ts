import { CLOSE_CODES, type Draft, type Event } from '@vectra/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { newToken } from '../../src/tokens.js';
import { FakeLog, tick, trade } from '../fakeLog.js';
import { numbers, startGateway, type TestGateway } from '../gatewayFixture.js';

const [viewer, trader] = [newToken('viewer'), newToken('trader')];
const WITH_TOKENS = { env: { GATEWAY_TOKENS: `${viewer.entry},${trader.entry}` } };

let gateway: TestGateway;
afterEach(() => gateway.stop());

const log = (): FakeLog => {
  const made = new FakeLog();
  made.append(tick(1));
  return made;
};

function draft(type: Draft['type'], data: object): Draft {
  const fixed = { timestamp: 1_765_500_000_000, gameId: null, source: 'authenticated' };
  return { type, ...fixed, data } as Draft;
}

function sidebet(own: boolean): Draft {
  const bet = { betId: 'b', playerId: 'p', username: 'ann', betAmount: '0.1', xPayout: 5 };
  return draft('sidebet.placed', { ...bet, startTick: 1, endTick: 41, coinAddress: null, own });
}

/** Events 2 to 9: those for everybody are 5, 7 and 8. */
const MIXED: Draft[] = [
  draft('player.identity', { playerId: 'p', username: 'ann', hasUsername: true }),
  draft('player.leaderboard', { entry: null }),
  draft('player.drift', { field: 'cash', local: '1', server: '2' }),
  trade('t'),
  sidebet(true),
  sidebet(false),
  tick(2),
  draft('raw.chat', { payload: 'hello' }),
];

describe('with tokens configured, events of the own account', () => {
  it('reach only clients with a token, live, recovered and in the snapshot', async () => {
    const source = log();
    gateway = await startGateway(() => Promise.resolve(source), WITH_TOKENS);
    const [nobody, somebody] = [await gateway.connect(), await gateway.connect({ token: viewer.token })];
    expect(await nobody.subscribe(['*'])).toMatchObject({ partial: true });
    expect(await somebody.subscribe(['*'])).not.toHaveProperty('partial');
    source.append(...MIXED);
    await Promise.all([
      nobody.until(() => nobody.seqs.includes(8)),
      somebody.until(() => somebody.seqs.includes(9)),
    ]);
    expect(nobody.seqs).toEqual([5, 7, 8]);
    expect(somebody.seqs).toEqual(numbers(2, 9));

    const back = await gateway.connect();
    const id = somebody.events[0]?.id.replace(/\d+$/, '1');
    expect(await back.subscribe(['*'], id)).toMatchObject({ recovered: true, partial: true });
    await back.until(() => back.seqs.includes(8));
    expect(back.seqs).toEqual([5, 7, 8]);

    const [late, known] = [await gateway.connect(), await gateway.connect({ token: trader.token })];
    const told = async (client: typeof late): Promise<string[]> => {
      await client.subscribe(['*']);
      return ((await client.reply('snapshot')).events as Event[]).map(({ type }) => type);
    };
    expect(await told(late)).toEqual(['game.tick']);
    expect(await told(known)).toEqual(['player.identity', 'player.leaderboard', 'game.tick'].filter(holds));
  });

  it('begin with `auth` on a connection without one, and its answer says the role', async () => {
    const source = log();
    gateway = await startGateway(() => Promise.resolve(source), WITH_TOKENS);
    const client = await gateway.connect();
    await client.subscribe(['*']);
    client.say({ action: 'auth', token: 'wrong' });
    expect(await client.reply('error')).toMatchObject({ code: 'unknown_token', action: 'auth' });
    client.say({ action: 'auth', token: trader.token, ref: 'a' });
    expect(await client.reply('authenticated')).toEqual({ type: 'authenticated', role: 'trader', ref: 'a' });
    source.append(...MIXED);
    await client.until(() => client.seqs.includes(9));
    expect(client.seqs).toEqual(numbers(2, 9));
  });
});

/** The leaderboard above belongs to no game. */
const holds = (type: string): boolean => type !== 'player.leaderboard';

describe('a token', () => {
  it('that is none of those configured is refused before the connection', async () => {
    gateway = await startGateway(() => Promise.resolve(log()), WITH_TOKENS);
    await expect(gateway.connect({ token: 'wrong' })).rejects.toThrow('401');
  });

  it('is not needed where none are configured, and does no harm', async () => {
    const source = log();
    gateway = await startGateway(() => Promise.resolve(source));
    const client = await gateway.connect({ token: 'any' });
    client.say({ action: 'auth', token: 'any' });
    expect(await client.reply('authenticated')).toMatchObject({ role: 'trader' });
    await client.subscribe(['*']);
    source.append(...MIXED);
    await client.until(() => client.seqs.includes(9));
    expect(client.seqs).toEqual(numbers(2, 9));
  });
});

describe('a client', () => {
  it('beyond the connections an address may have is closed, and has its place when another goes', async () => {
    const env = { GATEWAY_MAX_CLIENTS_PER_ADDRESS: '2' };
    gateway = await startGateway(() => Promise.resolve(log()), { env, limits: { goodbyeMs: 200 } });
    const [first, second] = [await gateway.connect(), await gateway.connect()];
    const third = await gateway.connect();
    expect((await third.closed).code).toBe(CLOSE_CODES.tooManyConnections);
    first.socket.close();
    await first.closed;
    await second.subscribe(['*']);
    await (await gateway.connect()).subscribe(['*']);
  });

  it('beyond the connections the gateway may have is closed', async () => {
    gateway = await startGateway(() => Promise.resolve(log()), { env: { GATEWAY_MAX_CLIENTS: '1' } });
    await (await gateway.connect()).subscribe(['*']);
    expect((await (await gateway.connect()).closed).code).toBe(CLOSE_CODES.tooManyConnections);
  });

  it('that goes on sending too much in spite of refusals is closed, others are not', async () => {
    gateway = await startGateway(() => Promise.resolve(log()));
    const [flood, good] = [await gateway.connect(), await gateway.connect()];
    for (let i = 0; i < 1_000; i++) flood.say({ action: 'ping' });
    expect((await flood.closed).code).toBe(CLOSE_CODES.tooManyRequests);
    await good.subscribe(['*']);
  });

  it('that speaks another language is told so, and closed for good', async () => {
    gateway = await startGateway(() => Promise.resolve(log()));
    const client = await gateway.connect();
    for (let i = 0; i < 20; i++) client.say('HELO');
    expect((await client.closed).code).toBe(CLOSE_CODES.badMessage);
    expect(client.messages.filter(({ type }) => type === 'error')).toHaveLength(20);
  });
});

describe('when the gateway stops', () => {
  it('every client is told when to come back, one after the other, and its place', async () => {
    gateway = await startGateway(() => Promise.resolve(log()), {
      limits: { goodbyeMs: 200, returnMs: { first: 100, each: 50, longest: 220 } },
    });
    const clients = [];
    for (let i = 0; i < 5; i++) clients.push(await gateway.connect());
    for (const client of clients) await client.subscribe(['*']);
    await gateway.restart();
    const told = await Promise.all(clients.map((client) => client.reply('goaway')));
    expect(told.map(({ reconnectInMs }) => reconnectInMs)).toEqual([100, 150, 200, 220, 220]);
    for (const client of clients) {
      const { code, reason } = await client.closed;
      expect([code, reason]).toEqual([CLOSE_CODES.goingAway, told[0]?.id]);
    }
  });
});
