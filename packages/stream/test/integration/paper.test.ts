import { strategy, type PaperMessage, type PaperSession } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { FencedError, RevisionError, slotOf, type PaperChange, type PaperStore } from '../../src/index.js';
import { connectForCommands } from '../../src/connection.js';
import { takeLease } from '../../src/lease.js';
import { LEASE_MS } from './fixtures.js';
import { logOfATest } from './setup.js';

const given = logOfATest();
const stores = (): PaperStore => given.log.paper;

/** A new ownership of a slot's group; whoever had it before is a former owner. */
async function own(slot: number): Promise<{ fence: string; owned: () => boolean }> {
  const redis = connectForCommands({ url: given.server.url, name: 'test' });
  await expect.poll(() => redis.status).toBe('ready');
  const { keys } = given.log;
  const name = stores().groupOf(slot);
  await redis.del(keys.lease(name));
  const holding = await takeLease({ redis, keys, name, ttlMs: LEASE_MS }, new AbortController().signal);
  await holding.release();
  redis.disconnect();
  return { fence: holding.fence, owned: () => true };
}

function session(id: string, changes: Partial<PaperSession> = {}): PaperSession {
  return {
    session_id: id,
    strategy: strategy.parse({ kind: 'observer', name: 'by hand', initial_balance: 1 }),
    ...{ is_active: true, error: null, created_at: 1_736_956_800_000, initial_balance: '1', cash: '1' },
    ...{
      wallet: '1',
      peak_wallet: '1',
      realized_pnl: '0',
      unrealized_pnl: '0',
      drawdown: 0,
      max_drawdown: 0,
    },
    ...{ games_played: 0, total_wins: 0, total_losses: 0, total_bets_placed: 0, bets_this_game: 0 },
    ...{ win_rate: null, profit_factor: null, sharpe: null, mean_return: null, active_bet: null },
    ...{ position: null, waiting: 0, history_length: 0 },
    ...changes,
  };
}

const game = (rugTick: number) => ({ kind: 'game', gameId: 'g', rugTick, wallet: '1', bets: 0 }) as const;
const messageOf = (id: string, ref: string): PaperMessage => ({
  ...{ kind: 'session', session: session(id), happenings: [game(1)], ref },
});

function change(revision: number, changes: Partial<PaperChange> = {}): PaperChange {
  return {
    ...{ revision, position: { epoch: '8f3a', seq: 10 + revision }, command: '0-0', reader: undefined },
    ...{ sessions: [], messages: [], historyMax: 100 },
    ...changes,
  };
}

describe('the slots of paper trading', () => {
  it('are as many as the first one said; another number is refused with both and the remedy', async () => {
    expect(await stores().slots()).toBeUndefined();
    await stores().claimSlots(8);
    await stores().claimSlots(8);
    expect(await stores().slots()).toBe(8);
    await expect(stores().claimSlots(4)).rejects.toThrow(/8 slots, PAPER_SLOTS says 4: set PAPER_SLOTS=8/);
  });

  it('have each session in the same one for ever, and spread them', () => {
    expect(['live-1', 'a', 'Z_9'].map((id) => slotOf(id, 8))).toEqual([5, 4, 5]);
    const slots = Array.from({ length: 800 }, (_, n) => slotOf(`session-${n}`, 8));
    for (let slot = 0; slot < 8; slot++)
      expect(slots.filter((one) => one === slot).length).toBeGreaterThan(60);
  });

  it('come back as they were saved: place, commands taken, reader, sessions, history', async () => {
    const store = stores();
    await store.claimSlots(1);
    const owner = await own(0);
    expect(await store.load(0)).toEqual({
      ...{ revision: 0, position: undefined, command: '0-0', reader: undefined, states: new Map() },
    });
    const changed = { id: 's1', state: '{"n":1}', session: session('s1'), lines: [game(1), game(2)] };
    await store.save(0, owner, change(0, { reader: '{"past":[]}', sessions: [changed], command: '5-0' }));
    const again = { id: 's1', state: '{"n":2}', session: undefined, lines: [] };
    await store.save(0, owner, change(1, { sessions: [again], command: '5-0' }));
    expect(await store.load(0)).toEqual({
      ...{ revision: 2, position: { epoch: '8f3a', seq: 11 }, command: '5-0', reader: '{"past":[]}' },
      states: new Map([['s1', '{"n":2}']]),
    });
    expect(await store.session('s1')).toEqual(session('s1'));
    expect(await store.sessions()).toEqual([session('s1')]);
    expect(await store.history('s1', 1, 5)).toEqual({ first: 1, lines: [game(2)] });
    expect(await store.session('s2')).toBeUndefined();
  });

  it('save once what is sent again after a lost reply', async () => {
    const store = stores();
    await store.claimSlots(1);
    const owner = await own(0);
    const first = change(0, {
      sessions: [{ id: 's1', state: '{}', session: session('s1'), lines: [game(1)] }],
      messages: [messageOf('s1', 'r')],
    });
    await store.save(0, owner, first);
    await store.save(0, owner, first);
    expect((await store.history('s1', 0, 10)).lines).toEqual([game(1)]);
    expect(await given.redis.xlen(given.log.keys.paper.messages)).toBe(1);
  });

  it('take nothing from a former owner, nor what builds on another state', async () => {
    const store = stores();
    await store.claimSlots(1);
    const former = await own(0);
    const owner = await own(0);
    const one = { sessions: [{ id: 's1', state: '{}', session: session('s1'), lines: [game(1)] }] };
    await expect(store.save(0, former, change(0, one))).rejects.toThrow(FencedError);
    await store.save(0, owner, change(0));
    await expect(store.save(0, owner, change(3, one))).rejects.toThrow(RevisionError);
    // The next owner has not saved what the one before has.
    await expect(store.save(0, await own(0), change(0, one))).rejects.toThrow(RevisionError);
    expect(await store.sessions()).toEqual([]);
    expect((await store.load(0)).revision).toBe(1);
  });

  it('keep a history up to its limit, and number its lines as if none had been dropped', async () => {
    const store = stores();
    await store.claimSlots(1);
    const owner = await own(0);
    for (let n = 0; n < 4; n++) {
      const lines = [game(3 * n), game(3 * n + 1), game(3 * n + 2)];
      const sessions = [{ id: 's1', state: '{}', session: session('s1'), lines }];
      await store.save(0, owner, change(n, { sessions, historyMax: 5 }));
    }
    expect(await store.history('s1', 0, 2)).toEqual({ first: 7, lines: [game(7), game(8)] });
    expect(await store.history('s1', 10, 100)).toEqual({ first: 10, lines: [game(10), game(11)] });
  });
});

describe('commands for paper trading', () => {
  const order = (ref: string) => ({ kind: 'order', session: 's1', order: { side: 'sell' }, ref }) as const;

  it('are refused where no service has ever run', async () => {
    await expect(stores().send(order('a'))).rejects.toThrow('start the service paper');
  });

  it('wait in their order until a slot has saved what they came to', async () => {
    const store = stores();
    await store.claimSlots(1);
    for (const ref of ['a', 'b', 'c']) await store.send(order(ref));
    const stop = new AbortController();
    let cursor = '0-0';
    const taken: string[] = [];
    for await (const arrived of store.commands({
      after: () => new Map([[0, cursor]]),
      signal: stop.signal,
    })) {
      for (const { id, sentAt, command } of arrived.get(0) ?? []) {
        taken.push(command?.ref ?? '');
        expect(Math.abs(sentAt - Date.now())).toBeLessThan(60_000);
        cursor = id;
      }
      await store.save(0, await own(0), change(0, { command: cursor }));
      stop.abort();
    }
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(await given.redis.xlen(given.log.keys.paper.commands(0))).toBe(0);
  });

  it('are not taken any more when a thousand wait', async () => {
    const store = stores();
    await store.claimSlots(1);
    const filling = given.redis.pipeline();
    for (let n = 0; n < 1_000; n++) filling.xadd(given.log.keys.paper.commands(0), '*', 'c', '{}');
    await filling.exec();
    await expect(store.send(order('a'))).rejects.toThrow('1000 commands wait for slot 0');
  });
});

describe('messages of paper trading', () => {
  it('are heard from now on, whole and in order, until the signal', async () => {
    const store = stores();
    await store.claimSlots(1);
    const owner = await own(0);
    await store.save(0, owner, change(0, { messages: [messageOf('s1', 'old')] }));
    const stop = new AbortController();
    const heard: (string | null)[] = [];
    const after = await store.newestMessage();
    await given.redis.xadd(given.log.keys.paper.messages, '*', 'm', 'no JSON');
    await store.save(0, owner, change(1, { messages: [messageOf('s1', 'a'), messageOf('s2', 'b')] }));
    for await (const message of store.messages({ after, signal: stop.signal })) {
      heard.push(message.ref);
      if (heard.length === 2) stop.abort();
    }
    expect(heard).toEqual(['a', 'b']);
  });
});

describe('instances of paper trading', () => {
  it('know of each other until they leave, or are silent for too long', async () => {
    const store = stores();
    await store.attend('b', 60_000);
    await store.attend('c', 1);
    await expect.poll(() => store.attend('a', 60_000)).toEqual(['a', 'b']);
    await store.leave('b');
    expect(await store.attend('a', 60_000)).toEqual(['a']);
  });
});
