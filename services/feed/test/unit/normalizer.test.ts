import { checkDraft, placeEvent } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captures, historyOf, upstreamEventsOf } from './captures.js';
import { feed, normalizer, of, pricesOf, range, RECEIVED_AT, ticksOf, wholeGame } from './drafts.js';
import { FakeGame } from './frames.js';

describe.each(captures)('the captured session %s', (capture) => {
  const events = upstreamEventsOf(capture);
  const feedOf = normalizer();
  const outcomes = events.map((event) => feedOf.ingest(event));
  const drafts = outcomes.flatMap((outcome) => outcome.drafts);

  it('gives every upstream event either events of the log or a reason why not', () => {
    for (const outcome of outcomes) expect(outcome.drafts.length > 0).toBe(outcome.noise === undefined);
    for (const draft of drafts) expect(() => checkDraft(draft)).not.toThrow();
    expect(of(drafts, 'error')).toEqual([]);
  });

  it('gives exactly the prices that its own gameHistory gives, and verifies every seed', () => {
    const history = historyOf(events);
    const ended = of(drafts, 'game.end').map((event) => event.gameId ?? '');
    expect(ended.length).toBeGreaterThan(0);
    for (const gameId of ended) {
      const ofGame = drafts.filter((draft) => draft.gameId === gameId);
      expect(pricesOf(ofGame)).toEqual(history.get(gameId));
      expect(new Set(ticksOf(ofGame)).size).toBe(ticksOf(ofGame).length);
      expect(of(ofGame, 'game.sealed')).toMatchObject([{ data: { verdict: 'verified', complete: true } }]);
    }
  });

  it('has no illegal transition and takes no price from a countdown', () => {
    expect(feedOf.games.illegalTransitions).toBe(0);
    const phases = new Set(of(drafts, 'game.tick').map(({ data }) => data.phase));
    for (const phase of phases)
      expect(['GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'RUG_EVENT_1']).toContain(phase);
  });
});

describe('a game', () => {
  const game = FakeGame.lasting(60);
  const next = new FakeGame('next');

  it('gives one start, one tick a price, one end and its phases, from countdown to countdown', () => {
    const frames = [
      game.countdown(200),
      ...wholeGame(game),
      game.tick(game.rugTick + 2),
      next.countdown(14_900),
    ];
    const drafts = feed(normalizer(), ...frames);
    expect(of(drafts, 'game.start')).toMatchObject([{ gameId: game.gameId, data: { joinedAtTick: 0 } }]);
    expect(ticksOf(drafts)).toEqual(range(0, game.rugTick));
    expect(pricesOf(drafts)).toEqual(game.prices);
    expect(of(drafts, 'game.end')).toMatchObject([
      { data: { reason: 'rugged', rugTick: game.rugTick, rugPrice: String(game.prices.at(-1)) } },
    ]);
    expect(of(drafts, 'game.phase').map(({ data }) => data.phase)).toEqual([
      ...['PRESALE', 'GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'RUG_EVENT_1', 'COOLDOWN'],
    ]);
  });

  it('tells the countdown once a second', () => {
    const frames = range(1, 150).map((n) => game.countdown(15_100 - n * 100));
    const timers = of(feed(normalizer(), ...frames), 'game.phase').map(({ data }) => data.cooldownTimer);
    expect(timers).toEqual([
      15_000, 14_000, 13_000, 12_000, 11_000, 10_000, 9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000,
      1_000,
    ]);
  });

  it('that is joined midway has every tick when the connection snapshot gives them, even after a newer tick', () => {
    const drafts = feed(normalizer(), game.tick(41), game.snapshot(40), game.tick(42));
    expect(of(drafts, 'game.start')).toMatchObject([{ data: { joinedAtTick: 41 } }]);
    expect(pricesOf(drafts)).toEqual(game.prices.slice(0, 43));
    expect(of(drafts, 'game.gap').map(({ data }) => data)).toEqual([
      { fromTick: 0, toTick: 36, healed: false, by: null },
      { fromTick: 0, toTick: 36, healed: true, by: 'snapshot' },
    ]);
    const backfilled = of(drafts, 'game.tick').map(({ data }) => data.backfilled);
    expect(backfilled.filter((by) => by === 'partialPrices')).toHaveLength(4);
    expect(backfilled.filter((by) => by === 'snapshot')).toHaveLength(37);
  });

  it('that lost up to four ticks has them from the price window', () => {
    const drafts = feed(normalizer(), game.tick(0), game.tick(1), game.tick(6));
    expect(ticksOf(drafts)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(of(drafts, 'game.gap')).toEqual([]);
  });

  it('that lost more tells the gap, and has the ticks when the history gives them', () => {
    const frames = wholeGame(game).filter((_, tick) => tick < 10 || tick > 30);
    const into = normalizer();
    const live = feed(into, ...frames);
    expect(of(live, 'game.gap').map(({ data }) => data)).toEqual([
      { fromTick: 10, toTick: 26, healed: false, by: null },
    ]);
    const healed = feed(into, { ...next.countdown(15_000), gameHistory: [game.historyEntry] });
    expect(ticksOf(healed)).toEqual(range(10, 26));
    expect(of(healed, 'game.gap').map(({ data }) => data)).toEqual([
      { fromTick: 10, toTick: 26, healed: true, by: 'gameHistory' },
    ]);
    expect(of(healed, 'game.sealed')).toMatchObject([{ data: { verdict: 'verified', complete: true } }]);
  });

  it('has its lost ticks from the seed when the history has no prices', () => {
    const frames = wholeGame(game).filter((_, tick) => tick < 10 || tick > 30);
    const entry = { ...game.historyEntry, prices: null };
    const into = normalizer();
    const drafts = feed(into, ...frames, { ...next.countdown(15_000), gameHistory: [entry] });
    expect(pricesOf(drafts)).toEqual(game.prices);
    expect(of(drafts, 'game.tick').filter(({ data }) => data.backfilled === 'seed')).toHaveLength(17);
    expect(of(drafts, 'game.sealed')).toMatchObject([{ data: { verdict: 'verified', complete: true } }]);
  });

  it('whose rug was missed is interrupted, and whole again with the history', () => {
    const into = normalizer();
    const drafts = feed(into, ...wholeGame(game).slice(0, 20), next.countdown(12_000));
    expect(of(drafts, 'game.end')).toMatchObject([
      { gameId: game.gameId, data: { reason: 'interrupted', rugTick: null, tickCount: 19 } },
    ]);
    const later = feed(into, { ...next.countdown(9_000), gameHistory: [game.historyEntry] });
    expect(pricesOf([...drafts, ...later])).toEqual(game.prices);
    expect(of(later, 'game.tick').at(-1)).toMatchObject({ data: { tickCount: game.rugTick, rugged: true } });
    expect(of(later, 'game.end')).toEqual([]);
  });

  it('whose first rug frame was missed ends at the tick that the price window tells', () => {
    const drafts = feed(normalizer(), ...wholeGame(game).slice(0, -1), game.tick(game.rugTick + 2));
    expect(of(drafts, 'game.end')).toMatchObject([{ data: { rugTick: game.rugTick } }]);
    expect(pricesOf(drafts)).toEqual(game.prices);
  });

  it('is sealed by its id, wherever in the history it stands, and once', () => {
    const into = normalizer();
    feed(into, ...wholeGame(game));
    const before = { ...game.tick(game.rugTick + 1), gameHistory: [new FakeGame('before').historyEntry] };
    expect(of(feed(into, before), 'game.sealed')).toEqual([]);
    const gameHistory = [next.historyEntry, game.historyEntry];
    expect(of(feed(into, { ...next.countdown(15_000), gameHistory }), 'game.sealed')).toHaveLength(1);
    expect(of(feed(into, { ...next.countdown(14_000), gameHistory }), 'game.sealed')).toEqual([]);
  });

  it('with a seed that does not fit is a loud mismatch', () => {
    const into = normalizer();
    const entry = {
      ...game.historyEntry,
      provablyFair: { serverSeed: next.seed, serverSeedHash: game.hash },
    };
    const drafts = feed(into, ...wholeGame(game), { ...next.countdown(15_000), gameHistory: [entry] });
    expect(of(drafts, 'game.sealed')).toMatchObject([{ data: { verdict: 'mismatch' } }]);
    expect(of(drafts, 'error')).toMatchObject([{ data: { code: 'SEAL_MISMATCH' } }]);
  });

  it('that is announced under another hash than it is sealed with is a mismatch', () => {
    const into = normalizer();
    const entry = {
      ...game.historyEntry,
      provablyFair: { serverSeed: next.seed, serverSeedHash: next.hash },
    };
    const drafts = feed(into, ...wholeGame(game), { ...next.countdown(15_000), gameHistory: [entry] });
    expect(of(drafts, 'game.sealed')).toMatchObject([{ data: { verdict: 'mismatch' } }]);
  });

  it('goes on after a restart of the feed without a second start or a repeated tick', () => {
    const drafts = feed(normalizer(), ...wholeGame(game).slice(0, 20));
    const restarted = normalizer();
    for (const [index, draft] of drafts.entries()) restarted.restore(placeEvent(draft, 'abcd', index + 1));
    const later = feed(restarted, game.snapshot(24), ...wholeGame(game).slice(25));
    expect(of(later, 'game.start')).toEqual([]);
    expect(ticksOf(later)).toEqual(range(20, game.rugTick));
    expect(of(later, 'game.end')).toHaveLength(1);
  });

  it('goes on after a lost connection in the same way', () => {
    const into = normalizer();
    const before = feed(into, ...wholeGame(game).slice(0, 20));
    const lost = into.games.connectionLost({ source: 'simulator', timestamp: RECEIVED_AT });
    expect(of(lost, 'game.phase')).toMatchObject([
      { data: { phase: 'UNKNOWN', previous: 'ACTIVE_GAMEPLAY' } },
    ]);
    const after = feed(into, game.snapshot(45), game.tick(46));
    expect(of(after, 'game.start')).toEqual([]);
    expect(pricesOf([...before, ...after])).toEqual(game.prices.slice(0, 47));
  });
});

describe('bad input', () => {
  it('never throws, never gives an event that does not fit its schema, and never stops the next game', () => {
    const game = FakeGame.lasting(10);
    const known = [
      {
        ...game.countdown(9_000),
        gameHistory: [{ ...game.historyEntry, globalSidebets: [{ type: 'payout' }] }],
      },
      ...[game.tick(0), game.tick(5), game.tick(game.rugTick), game.snapshot(8)],
    ] as Record<string, unknown>[];
    const names = [
      'gameStateUpdate',
      'standard/newTrade',
      'newSideBet',
      'playerUpdate',
      'currentSidebetResult',
    ];
    const frame = fc.constantFrom(...known).chain((base) => {
      const fields = [
        ...Object.keys(base),
        'id',
        'price',
        'type',
        'amount',
        'gameHistory',
        'prices',
        'timestamp',
      ];
      return fc
        .dictionary(fc.constantFrom(...fields), fc.jsonValue())
        .map((changes) => ({ ...base, ...changes }));
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), frame), { maxLength: 12 }), (sent) => {
        const into = normalizer(['*']);
        for (const [name, payload] of sent) {
          const { drafts, noise } = into.ingest({ name, args: [payload], receivedAt: RECEIVED_AT });
          expect(drafts.length > 0 || noise !== undefined).toBe(true);
          for (const draft of drafts) checkDraft(draft);
        }
        const next = new FakeGame(`after ${sent.length}`);
        expect(ticksOf(feed(into, next.tick(0), next.tick(1)))).toEqual([0, 1]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a frame that is no object', ['nonsense']],
    ['no argument', []],
    ['null', [null]],
    ['a game id that is a path', [{ gameId: '../../etc/passwd' }]],
    ['a tick that is none', [{ gameId: 'g', active: true, tickCount: -1, price: 1 }]],
    ['a price that is no number', [{ gameId: 'g', active: true, tickCount: 1, price: 'much' }]],
  ])('%s is noise with a problem, and the next frame is taken as ever', (_, args) => {
    const into = normalizer();
    const outcome = into.ingest({ name: 'gameStateUpdate', args, receivedAt: RECEIVED_AT });
    expect(outcome).toMatchObject({
      noise: 'invalid',
      problem: expect.stringContaining('gameStateUpdate') as string,
    });
    expect(of(outcome.drafts, 'error')).toMatchObject([{ data: { code: 'BAD_UPSTREAM_EVENT' } }]);
    expect(ticksOf(feed(into, new FakeGame('any').tick(0)))).toEqual([0]);
  });

  it('is told to the log once in ten seconds, however much of it comes', () => {
    const into = normalizer();
    const send = (receivedAt: number): number =>
      into.ingest({ name: 'gameStateUpdate', args: [1], receivedAt }).drafts.length;
    expect(
      range(0, 100)
        .map((n) => send(RECEIVED_AT + n))
        .filter((drafts) => drafts > 0),
    ).toHaveLength(1);
    expect(send(RECEIVED_AT + 10_001)).toBe(1);
  });

  it('in one entry of the history spoils no other', () => {
    const into = normalizer();
    const game = new FakeGame('one');
    const gameHistory = [{ id: 7 }, null, game.historyEntry];
    const drafts = feed(into, ...wholeGame(game), { ...new FakeGame('two').countdown(15_000), gameHistory });
    expect(of(drafts, 'game.sealed')).toHaveLength(1);
  });
});

describe('other events', () => {
  const trade = {
    id: '9d33997e',
    gameId: '20251212-25dcb17086a24ad7',
    playerId: 'did:privy:x',
    type: 'sell',
    price: 0.8317710102714284,
    tickIndex: 7,
    coin: 'solana',
    amount: 4.158855049,
    qty: 5,
    username: null,
    level: 72,
  };
  const trace = { __trace: true, traceparent: '00-a-b-01' };

  it.each([[[trade]], [[trace, trade]], [[[trace, trade]]]])(
    'have their payload in the last argument',
    (args) => {
      const { drafts } = normalizer().ingest({ name: 'standard/newTrade', args, receivedAt: RECEIVED_AT });
      expect(of(drafts, 'player.trade')).toMatchObject([
        { gameId: trade.gameId, data: { side: 'sell', price: '0.8317710102714284', qty: '5', tickIndex: 7 } },
      ]);
    },
  );

  it('that hold nothing but a trace are noise', () => {
    const outcome = normalizer().ingest({
      name: 'standard/newTrade',
      args: [trace],
      receivedAt: RECEIVED_AT,
    });
    expect(outcome).toEqual({ drafts: [], noise: 'trace_only' });
  });

  it('that come again after a reconnect are not taken for others', () => {
    const into = normalizer();
    const upstream = { name: 'standard/newTrade', args: [trade], receivedAt: RECEIVED_AT };
    expect(into.ingest(upstream).drafts).toHaveLength(1);
    expect(into.ingest(upstream)).toEqual({ drafts: [], noise: 'repeated' });
  });

  it('without a type of their own are logged as received when they are selected', () => {
    const upstream = { name: 'newChatMessage', args: [trace, { message: 'hi' }], receivedAt: RECEIVED_AT };
    expect(normalizer().ingest(upstream)).toEqual({ drafts: [], noise: 'not_selected' });
    for (const selected of ['*', 'newChatMessage']) {
      const { drafts } = normalizer([selected]).ingest(upstream);
      expect(drafts).toMatchObject([{ type: 'raw.newChatMessage', data: { payload: { message: 'hi' } } }]);
    }
  });
});
