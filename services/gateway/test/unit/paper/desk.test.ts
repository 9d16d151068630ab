import { setImmediate as turn } from 'node:timers/promises';
import {
  placeEvent,
  type Command,
  type Draft,
  type Event,
  type PaperHappening,
  type Reply,
  type Role,
} from '@vectra/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/client.js';
import { PaperDesk } from '../../../src/paper/desk.js';
import { PaperExchange } from '../../../src/paper/exchange.js';
import { FakePaper, paperSession } from '../../fakePaper.js';

const GAME = '20251212-6114b2ff44ef4b71';
const ID = 'live-1';

class FakeClient implements Client {
  readonly replies: Reply[] = [];
  readonly role: Role | undefined;
  readonly id = null;
  closed = false;
  constructor(role: Role | undefined) {
    this.role = role;
  }
  reply(reply: Reply): void {
    this.replies.push(reply);
  }
  sendEvent = (): never => fail('sendEvent');
  wants = (): never => fail('wants');
  drained = (): never => fail('drained');
  hold = (): never => fail('hold');
  release = (): never => fail('release');
}

function fail(what: string): never {
  throw new Error(`paper trading has no use for ${what}`);
}

const join: Command = { action: 'join_live', session_id: ID, ref: 'j' };
const buy: Command = { action: 'order', session_id: ID, side: 'buy', amount: '0.1', ref: 'o' };
const bought: PaperHappening = {
  ...{ kind: 'bought', gameId: GAME, tick: 7, price: 2, qty: '0.05', amount: '0.1', cash: '0.9' },
};
const holding = paperSession(ID, {
  cash: '0.9',
  position: { game_id: GAME, qty: '0.05', avg_cost: '2', cost: '0.1' },
});

let paper: FakePaper;
let exchange: PaperExchange;
const stopping = new Map<string, AbortController>();

beforeEach(() => {
  paper = new FakePaper();
  exchange = new PaperExchange({
    source: paper,
    logger: pino({ level: 'silent' }),
    instance: 'g',
    answerMs: 50,
  });
  const abort = new AbortController();
  stopping.set('now', abort);
  void exchange.follow(abort.signal);
});
afterEach(() => stopping.get('now')?.abort());

function client(role?: Role): { client: FakeClient; desk: PaperDesk } {
  const made = new FakeClient(role);
  return { client: made, desk: new PaperDesk(made, exchange) };
}

/** The service's answer to the newest command. */
async function answer(session = paperSession(ID), happenings: PaperHappening[] = []): Promise<void> {
  paper.tell({ kind: 'session', session, happenings, ref: paper.sent.at(-1)?.ref ?? '', created: true });
  await turn();
  await turn();
}

async function joined(): Promise<{ client: FakeClient; desk: PaperDesk }> {
  const one = client('trader');
  one.desk.handle(join);
  await answer();
  one.client.replies.length = 0;
  return one;
}

function event(draft: Pick<Draft, 'type' | 'data'>): Event {
  const rest = { timestamp: 0, gameId: GAME, source: 'simulator' } as const;
  return placeEvent({ ...draft, ...rest } as Draft, 'aaaa', 1);
}

describe('the desk for paper trading', () => {
  it('leaves other commands to others', () => {
    expect(client('trader').desk.handle({ action: 'ping' })).toBe(false);
  });

  it.each([
    [undefined, 'no_token'],
    ['viewer', 'not_allowed'],
  ] as const)('refuses a client whose role is %s, and asks nothing', (role, code) => {
    const { client: told, desk } = client(role);
    expect(desk.handle(join)).toBe(true);
    expect(told.replies).toMatchObject([{ type: 'error', code, action: 'join_live', ref: 'j' }]);
    expect(paper.sent).toEqual([]);
  });

  it('joins a session, with the ref of the command, and tells whether it was made', async () => {
    const { client: told, desk } = client('trader');
    desk.handle(join);
    expect(paper.sent).toMatchObject([{ kind: 'open', session: ID }]);
    await answer();
    expect(told.replies).toEqual([
      { type: 'live_joined', session: paperSession(ID), created: true, ref: 'j' },
    ]);
  });

  it('tells of a bet whoever has joined, and gives the ref to who ordered it', async () => {
    const [one, other] = [await joined(), await joined()];
    one.desk.handle(buy);
    await answer(holding, [bought]);
    const bet = { type: 'live_bet', session_id: ID, bet: bought, session: holding };
    expect(one.client.replies).toEqual([{ ...bet, ref: 'o' }]);
    expect(other.client.replies).toEqual([bet]);
  });

  it('answers an order that the rules refuse with their code and words', async () => {
    const { client: told, desk } = await joined();
    desk.handle(buy);
    const order = { side: 'buy', amount: '0.1' } as const;
    await answer(paperSession(ID), [
      { kind: 'refused', order, code: 'not_enough_cash', message: 'more than there is' },
    ]);
    expect(told.replies).toEqual([
      { type: 'error', code: 'not_enough_cash', message: 'more than there is', action: 'order', ref: 'o' },
    ]);
  });

  it('says that what was asked for may have been done when no answer comes, and sends nothing again', async () => {
    const { client: told, desk } = await joined();
    desk.handle(buy);
    const sent = paper.sent.length;
    while (told.replies.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told.replies).toMatchObject([{ type: 'error', code: 'unavailable', action: 'order', ref: 'o' }]);
    expect(paper.sent).toHaveLength(sent);
  });

  it('says so at once when the command cannot be sent', async () => {
    const { client: told, desk } = client('trader');
    paper.failure = new Error('no Redis');
    desk.handle(join);
    await turn();
    expect(told.replies).toMatchObject([{ type: 'error', code: 'unavailable', ref: 'j' }]);
  });

  it('takes orders only for sessions that were joined, and buys only with an amount', async () => {
    const { client: told, desk } = client('trader');
    desk.handle(buy);
    expect(told.replies).toMatchObject([{ code: 'not_joined' }]);
    const { client: other, desk: second } = await joined();
    second.handle({ action: 'order', session_id: ID, side: 'sidebet' });
    expect(other.replies).toMatchObject([{ code: 'bad_command', action: 'order' }]);
  });

  it('sells all without an amount, else the quantity', async () => {
    const { desk } = await joined();
    desk.handle({ action: 'order', session_id: ID, side: 'sell' });
    desk.handle({ action: 'order', session_id: ID, side: 'sell', amount: '0.01' });
    expect(paper.sent.slice(-2)).toMatchObject([
      { order: { side: 'sell' } },
      { order: { side: 'sell', qty: '0.01' } },
    ]);
  });

  it('tells each tick while something is open, with what it makes of the session', async () => {
    const { client: told } = await joined();
    const tick = (tickCount: number, price: string): void =>
      exchange.observe(
        event({
          type: 'game.tick',
          data: {
            ...{ tickCount, price, active: true, rugged: false, phase: 'ACTIVE_GAMEPLAY' },
            ...{ cooldownTimer: 0, tradeCount: 0 },
          },
        }),
      );
    tick(6, '2');
    expect(told.replies).toEqual([]);
    paper.tell({ kind: 'session', session: holding, happenings: [], ref: null });
    await turn();
    tick(8, '3');
    expect(told.replies).toEqual([
      {
        ...{ type: 'live_tick', session_id: ID, gameId: GAME, tick: 8, price: '3', worth: '1.05' },
        ...{ unrealized_pnl: '0.05', bet_ticks_left: null },
      },
    ]);
  });

  it('tells when a game starts and ends, and nothing more once the session was left', async () => {
    const { client: told, desk } = await joined();
    const start = event({
      type: 'game.start',
      data: { serverSeedHash: null, gameVersion: null, joinedAtTick: 0 },
    });
    exchange.observe(start);
    const end: PaperHappening = { kind: 'game', gameId: GAME, rugTick: 90, wallet: '1', bets: 0 };
    paper.tell({ kind: 'session', session: paperSession(ID), happenings: [end], ref: null });
    await turn();
    expect(told.replies).toMatchObject([
      { type: 'live_game_start', gameId: GAME },
      { type: 'live_game_end', gameId: GAME, rugTick: 90 },
    ]);
    desk.handle({ action: 'leave_live', session_id: ID });
    await answer();
    expect(told.replies.at(-1)).toEqual({ type: 'live_left', session_id: ID });
    exchange.observe(start);
    paper.tell({ kind: 'session', session: paperSession(ID), happenings: [end], ref: null });
    await turn();
    expect(told.replies).toHaveLength(3);
  });
});
