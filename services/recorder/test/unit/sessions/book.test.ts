import { placeEvent, sessionRecording, type Draft, type SessionRecording } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { ACTIONS_A_PART, SessionBook } from '../../../src/sessions/book.js';
import { SessionKeeper } from '../../../src/sessions/keeper.js';
import { AccountScript, GAME, ME, OTHER } from '../../accountScript.js';
import { EPOCH, logOf } from '../../script.js';

/** The sessions of a log as their files tell them at its end, by file name. */
function sessionsOf(drafts: readonly Draft[]): Map<string, SessionRecording> {
  const keeper = new SessionKeeper();
  for (const event of logOf(drafts)) keeper.apply(event);
  const files = keeper.due().map(({ date, name, recording }) => [`${date}/${name}`, recording] as const);
  for (const [, recording] of files) sessionRecording.parse(recording);
  return new Map(files);
}

function only(drafts: readonly Draft[]): SessionRecording {
  const sessions = [...sessionsOf(drafts).values()];
  expect(sessions).toHaveLength(1);
  const [session = expect.fail()] = sessions;
  return session;
}

const me = () => new AccountScript();

describe('a session', () => {
  it('is open from the first word that only a logged-in page is told, and named once it is said whose it is', () => {
    const my = me();
    const login = my.login('0.5');
    expect(sessionsOf(login.slice(0, 2)).size).toBe(0);
    const [[file, { meta, summary, actions }] = expect.fail()] = sessionsOf(login);
    expect(file).toBe('2025-12-07/sessions/20251207T143023_dutch_session.json');
    expect(meta).toEqual({
      session_id: `${EPOCH}:2`,
      part: 1,
      player_id: ME,
      username: 'dutch',
      session_start: '2025-12-07T14:30:23.118Z',
      session_end: null,
      end_reason: null,
    });
    expect(actions).toEqual([]);
    expect(summary).toEqual({
      start_balance: '0.5',
      end_balance: '0.5',
      realized_pnl: '0',
      games: 0,
      actions: 0,
      drifts: 0,
    });
  });

  it('of a public connection there is none, whoever trades', () => {
    const my = me();
    expect(sessionsOf([my.connection('connected', 'public'), my.trade('buy', 1, ['1', '1', '1'])]).size).toBe(
      0,
    );
  });

  it.each([
    ['disconnected', '2025-12-07T14:30:25.118Z'],
    // A feed that was killed said nothing: the account was last heard of before.
    ['connecting', '2025-12-07T14:30:24.118Z'],
    ['reconnecting', '2025-12-07T14:30:24.118Z'],
  ] as const)('ends when its connection is %s', (status, end) => {
    const my = me();
    const { meta } = only([...my.login(), my.connection(status)]);
    expect(meta).toMatchObject({ session_end: end, end_reason: 'disconnected' });
  });

  it.each([
    ['disconnected', 'public'],
    ['connected', 'chrome'],
    ['standby', 'public'],
  ] as const)('goes on when %s is said of the connection "%s"', (status, source) => {
    const my = me();
    expect(only([...my.login(), my.connection(status, source)]).meta.session_end).toBeNull();
  });

  it('ends at a logout, and when another account logs in, which begins its own', () => {
    const my = me();
    const { meta } = only([...my.login(), my.identity(null, null), my.update('1', '0', '0', ME)]);
    expect(meta.end_reason).toBe('logged_out');
    const mine = me();
    const other = new AccountScript(OTHER, 'other', mine.now + 60_000);
    const sessions = sessionsOf([...mine.login(), ...other.login()]);
    expect([...sessions.values()].map(({ meta }) => [meta.username, meta.end_reason])).toEqual([
      ['dutch', 'other_account'],
      ['other', null],
    ]);
  });

  it('begins anew after a reconnect, though the same is not stated again', () => {
    const my = me();
    const drafts = [...my.login('0.7'), my.connection('disconnected'), my.connection('connected')];
    const sessions = [...sessionsOf([...drafts, my.leaderboard()]).values()];
    expect(sessions.map(({ meta }) => [meta.username, meta.end_reason])).toEqual([
      ['dutch', 'disconnected'],
      ['dutch', null],
    ]);
    expect(sessions[1]?.summary.start_balance).toBe('0.7');
  });

  it('begins with a trade on its page, if that is the first word after a reconnect', () => {
    const my = me();
    const drafts = [...my.login(), my.connection('disconnected'), my.connection('connected')];
    const elsewhere: Draft = { ...my.trade('buy', 1, ['1', '0.1', '0.1']), source: 'public' };
    const again = [...sessionsOf([...drafts, elsewhere, my.trade('buy', 2, ['1', '0.2', '0.2'])]).values()];
    expect(again.map(({ actions }) => actions.map(({ qty }) => qty))).toEqual([[], ['0.2']]);
  });

  it('ends where events of the log are missing, and when the log begins anew', () => {
    const my = me();
    const events = logOf(my.login());
    const book = new SessionBook();
    for (const event of events) book.apply(event);
    expect(book.lose().map(({ reason }) => reason)).toEqual(['gap']);
    expect(book.lose()).toEqual([]);
    const fresh = new SessionBook();
    for (const event of events) fresh.apply(event);
    const anew = fresh.apply(placeEvent(my.update('2'), '0011aabb', 1));
    expect(anew.map(({ reason, startBalance }) => [reason, startBalance])).toEqual([
      ['gap', '1'],
      [null, '2'],
    ]);
  });

  it('has a name of its own, whatever its account is called and however soon the next begins', () => {
    const names = ['../../etc/passwd', 'Ünï', null, 'dutch', 'Dutch', 'x'.repeat(300)];
    const drafts = names.flatMap((name) => {
      const my = new AccountScript(`did:privy:${name ?? 'nobody'}/..`, name);
      return [my.identity(), my.connection('disconnected')];
    });
    const files = [...sessionsOf(drafts).keys()];
    expect(files).toEqual(
      [
        '20251207T143022_------etc-passwd_session.json',
        '20251207T143022_-n-_session.json',
        '20251207T143022_player-obody---_session.json',
        '20251207T143022_dutch_session.json',
        '20251207T143022_Dutch-9_session.json',
        `20251207T143022_${'x'.repeat(32)}_session.json`,
      ].map((name) => `2025-12-07/sessions/${name}`),
    );
  });

  it('without a name is written when it ends, or acts', () => {
    const my = new AccountScript(ME, null);
    expect(sessionsOf([my.update('1')]).size).toBe(0);
    expect([...sessionsOf([my.update('1'), my.connection('disconnected')]).keys()][0]).toContain(
      '_player-00000296_session.json',
    );
    const named = me();
    const files = sessionsOf([named.update('1'), named.trade('buy', 1, ['1', '0.1', '0.1'])]);
    expect([...files.keys()][0]).toContain('_dutch_session.json');
  });

  it('counts the figures that drifted', () => {
    const my = me();
    expect(only([my.drift(), ...my.login(), my.drift(), my.drift()]).summary.drifts).toBe(2);
  });
});

describe('the actions of a session', () => {
  it('tell a buy, a part sold and what the rug took: balances after, average cost, realized P&L', () => {
    const my = me();
    const { actions, summary } = only([
      ...my.login('1'),
      my.trade('buy', 3, ['1.25', '0.08', '0.1']),
      my.update('0.9', '0.08', '1.25'),
      my.trade('sell', 9, ['1.5', '0.04', '0.06']),
      my.update('0.96', '0.04', '1.25'),
      my.trade('sell', 20, ['0.01', '0.04', '0.0004']),
      my.rug(20, '0.01'),
      my.update('0.9604'),
    ]);
    expect(
      actions.map(({ tick, action, balance_after, position_qty_after, entry_price, pnl }) => [
        tick,
        action,
        balance_after,
        position_qty_after,
        entry_price,
        pnl,
      ]),
    ).toEqual([
      [3, 'BUY', '0.9', '0.08', null, null],
      [9, 'SELL', '0.96', '0.04', '1.25', '0.01'],
      [20, 'FORCED_SELL', '0.9604', '0', '1.25', '-0.0496'],
    ]);
    expect(actions[0]).toEqual({
      id: `${EPOCH}:4`,
      timestamp: '2025-12-07T14:30:25.118Z',
      game_id: GAME,
      tick: 3,
      action: 'BUY',
      amount: '0.1',
      price: '1.25',
      qty: '0.08',
      coin: null,
      bet_start_tick: null,
      balance_after: '0.9',
      position_qty_after: '0.08',
      entry_price: null,
      pnl: null,
    });
    expect(summary).toEqual({
      start_balance: '1',
      end_balance: '0.9604',
      realized_pnl: '-0.0396',
      games: 1,
      actions: 3,
      drifts: 0,
    });
  });

  it('call the sale at the rug forced also when the rug was told before it', () => {
    const my = me();
    const { actions } = only([
      ...my.login(),
      my.rug(20, '0.01'),
      my.trade('sell', 20, ['0.01', '0.04', '0.0004']),
    ]);
    expect(actions[0]?.action).toBe('FORCED_SELL');
  });

  it('call it forced also when the page was lost between the sale and the rug', () => {
    const my = me();
    const sold = [...my.login(), my.trade('sell', 20, ['0.01', '0.04', '0.0004'])];
    const { actions } = only([...sold, my.connection('disconnected'), my.rug(20, '0.01')]);
    expect(actions[0]?.action).toBe('FORCED_SELL');
  });

  it('have the balances of the statement that came just before them, when it is ahead of them', () => {
    const my = me();
    const { actions } = only([
      ...my.login('1'),
      my.update('0.9', '0.08', '1.25'),
      my.trade('buy', 3, ['1.25', '0.08', '0.1']),
      my.update('0.96', '0.04', '1.25'),
      my.trade('sell', 9, ['1.5', '0.04', '0.06']),
    ]);
    expect(actions.map(({ balance_after, pnl }) => [balance_after, pnl])).toEqual([
      ['0.9', null],
      ['0.96', '0.01'],
    ]);
  });

  it('share no statement that explains one of them', () => {
    const my = me();
    const equal = (tick: number) => my.trade('buy', tick, ['1', '0.1', '0.1']);
    const { actions } = only([
      ...my.login('1'),
      my.update('0.9', '0.1', '1'),
      equal(1),
      equal(2),
      my.update('0.8', '0.2', '1'),
    ]);
    expect(actions.map(({ balance_after }) => balance_after)).toEqual(['0.9', '0.8']);
  });

  it('have none when no statement came', () => {
    const my = me();
    const drafts = [...my.login(), my.trade('buy', 3, ['1', '0.1', '0.1']), my.connection('disconnected')];
    const { actions, summary } = only(drafts);
    expect(actions[0]).toMatchObject({ balance_after: null, position_qty_after: null });
    expect(summary.end_balance).toBe('1');
  });

  it('tell a sidebet once, placed and settled, though everybody is told of it as well', () => {
    const my = me();
    const everybody = { own: false };
    const { actions, summary } = only([
      ...my.login('1'),
      my.tick(7, '1.1'),
      my.bet(7, '0.001', everybody),
      my.bet(7),
      my.update('0.999'),
      my.betResult(7, 30),
      my.betResult(7, 30, everybody),
      my.update('1.004'),
      my.bet(50),
      my.betResult(50, null, everybody),
    ]);
    expect(
      actions.map((row) => [row.action, row.tick, row.bet_start_tick, row.amount, row.price, row.pnl]),
    ).toEqual([
      ['SIDEBET_PLACE', 7, 7, '0.001', '1.1', null],
      ['SIDEBET_WIN', 30, 7, '0.005', null, '0.004'],
      ['SIDEBET_PLACE', 50, 50, '0.001', null, null],
      ['SIDEBET_LOSE', 90, 50, '0', null, '-0.001'],
    ]);
    expect(actions[0]?.balance_after).toBe('0.999');
    expect(actions[1]?.balance_after).toBe('1.004');
    expect(summary.realized_pnl).toBe('0.003');
  });

  it('have the price of their tick, whichever of two connections told of it first', () => {
    const my = me();
    const { actions } = only([
      ...my.login('1'),
      my.tick(6, '1.06'),
      my.tick(7, '1.07'),
      my.bet(6),
      my.betResult(6, 8),
      my.tick(8, '0.01'),
      my.bet(90),
      my.tick(90, '9', '20251207-aaaaaaaaaaaaaaaa'),
    ]);
    expect(actions.map(({ action, price }) => [action, price])).toEqual([
      ['SIDEBET_PLACE', '1.06'],
      ['SIDEBET_WIN', '0.01'],
      ['SIDEBET_PLACE', null],
    ]);
  });

  it('are the account’s own, and keep apart what is no SOL', () => {
    const my = me();
    const other = new AccountScript(OTHER, 'other', my.now);
    const { actions, summary } = only([
      ...my.login('1'),
      other.trade('buy', 1, ['1', '1', '1']),
      other.bet(1, '0.001', { own: false }),
      my.tradeWith({ coin: '0xPractice', side: 'sell', amount: '50' }),
      my.tradeWith({ side: 'short_open', amount: '0.2' }),
      my.tradeWith({ leverage: 3 }),
    ]);
    expect(actions.map(({ action, coin, pnl }) => [action, coin, pnl])).toEqual([
      ['SELL', '0xPractice', null],
      ['SHORT_OPEN', null, null],
      ['BUY', null, null],
    ]);
    expect(summary).toMatchObject({ actions: 3, realized_pnl: '0' });
  });

  it('are put where they belong when they come late, once, and only while their session is open', () => {
    const my = me();
    const drafts = [
      ...my.login(),
      my.trade('buy', 1, ['1', '0.1', '0.1']),
      my.trade('buy', 2, ['1', '0.2', '0.2']),
    ];
    const events = logOf(drafts);
    const missed = events.splice(3, 1);
    const book = new SessionBook();
    for (const event of events) book.apply(event);
    const [session] = missed.flatMap((event) => book.applyLate(event));
    expect(session?.actions.map(({ qty }) => qty)).toEqual(['0.1', '0.2']);
    expect(missed.flatMap((event) => book.applyLate(event))).toEqual([]);
    book.lose();
    expect(events.flatMap((event) => book.applyLate(event))).toEqual([]);
  });
});

describe('a long session', () => {
  it('goes on in a further file, so that a file and what a restart reads stay bounded', () => {
    const my = me();
    const drafts = my.login('1');
    const count = 2 * ACTIONS_A_PART + 500;
    for (let index = 0; index < count; index += 1) {
      drafts.push(my.trade('buy', index, ['1', '0.0001', '0.0001']));
      drafts.push(my.update(String(10_000 - index), String(index), '1'));
    }
    const parts = [...sessionsOf(drafts).values()];
    expect(parts.map(({ meta, actions }) => [meta.part, meta.end_reason, actions.length])).toEqual([
      [1, 'continued', ACTIONS_A_PART],
      [2, 'continued', ACTIONS_A_PART],
      [3, null, 500],
    ]);
    expect(new Set(parts.map(({ meta }) => meta.session_id)).size).toBe(1);
    expect(parts.map(({ summary }) => [summary.start_balance, summary.end_balance])).toEqual([
      ['1', '9001'],
      ['9001', '8001'],
      ['8001', '7501'],
    ]);
    expect(parts.flatMap(({ actions }) => actions).every(({ balance_after }) => balance_after !== null)).toBe(
      true,
    );
    const book = new SessionBook();
    let largest = 0;
    for (const [index, event] of logOf(drafts).entries()) {
      book.apply(event);
      if (index % 50 === 0) largest = Math.max(largest, JSON.stringify(book.state).length);
    }
    expect(largest).toBeLessThan(600_000);
  });

  it('is bounded also when the server states nothing', () => {
    const my = me();
    const drafts = my.login('1');
    for (let index = 0; index < 5 * ACTIONS_A_PART; index += 1)
      drafts.push(my.tradeWith({ tickIndex: index }));
    for (const { actions } of sessionsOf(drafts).values())
      expect(actions.length).toBeLessThanOrEqual(2 * ACTIONS_A_PART);
  });
});
