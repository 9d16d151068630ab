import { generatedGames } from '@vectra/paper';
import { placeEvent, type Event, type GameRecording } from '@vectra/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../services/paper/test/games.js';
import { chance } from './faults/chance.js';
import { flawless, tally, type Tally } from './faults/tally.js';
import { drawFaults, KINDS, type Fault } from './soak/src/faults.js';
import { gameFiles } from './soak/src/gameFiles.js';
import { heardWhole, parityOf, undisturbed } from './soak/src/parity.js';
import { renderReport } from './soak/src/report.js';
import { STRATEGIES, type PlayedSession } from './soak/src/sessions.js';
import { readSettings } from './soak/src/settings.js';
import { problemsOf, type Outcome } from './soak/src/verdict.js';

const GAMES = 12;
const CONTAINERS = ['feed-1', 'feed-2', 'redis-1', 'simulator-1'];

const logOf = (games: readonly GameRecording[]): Event[] =>
  games.flatMap((game) => eventsOf(game)).map((draft, index): Event => placeEvent(draft, 'abcd', index + 1));

describe('the faults of a soak', () => {
  it('are the same for the same seed, and others for another', () => {
    const drawn = (seed: string): string => JSON.stringify(drawFaults(CONTAINERS, 50, chance(seed)));
    expect(drawn('a')).toBe(drawn('a'));
    expect(drawn('a')).not.toBe(drawn('b'));
  });

  it('are as many as were asked for, of every kind for every container, at most two at once', () => {
    const all = CONTAINERS.length * KINDS.length;
    const rounds = drawFaults(CONTAINERS, all, chance('kinds'));
    const faults = rounds.flat();
    expect(new Set(faults.map(({ container, kind }) => `${container} ${kind}`)).size).toBe(all);
    expect(faults).toHaveLength(all);
    for (const round of rounds)
      expect(new Set(round.map(({ container }) => container)).size).toBe(round.length);
    expect(Math.max(...rounds.map(({ length }) => length))).toBe(2);
  });
});

describe('the settings of a soak', () => {
  it('are half an hour and a hundred faults unless told otherwise', () => {
    expect(readSettings({})).toMatchObject({ minutes: 30, faults: 100, keep: false });
    expect(readSettings({ SOAK_MINUTES: '0.5', SOAK_FAULTS: '3', SOAK_SEED: 'x' })).toMatchObject({
      ...{ minutes: 0.5, faults: 3, seed: 'x' },
    });
  });

  it('are refused by name when they are no numbers', () => {
    expect(() => readSettings({ SOAK_FAULTS: 'many' })).toThrow('SOAK_FAULTS: expected a number above 0');
  });
});

describe('the report of a soak', () => {
  const faults: Fault[] = [
    { container: 'redis-1', kind: 'paused', ms: 700 },
    { container: 'feed-2', kind: 'killed', ms: 5_000 },
  ];
  const report = (found: Tally): string =>
    renderReport(
      {
        outcome: {
          ...{ wanted: 2, done: 2, minutes: { wanted: 1, run: 1.2 }, sessions: [], problems: [] },
          places: [{ name: 'client Python', tally: found, reconnects: 4 }],
        },
        ...{ faults, recoveries: [{ faults, ms: 1_500 }], epoch: 'abcd', events: 9 },
        ...{ games: { files: 3, complete: 3, heardWhole: 2 }, remark: undefined },
      },
      {
        settings: readSettings({ SOAK_SEED: 'again' }),
        ...{ commit: 'abc1234', startedAt: new Date('2026-01-02T03:04:05Z') },
      },
    );

  it('says that it passed, of which code, how to repeat it, and what happened to each container', () => {
    const text = report(flawless(9));
    expect(text).toContain('**Passed**: 0 lost and 0 doubled of 9 events, over 1.2 minutes and 2 faults.');
    for (const line of [
      '| commit | abc1234 |',
      '| client Python | 9 | 0 | 0 | 0 | 0 | 0 | 4 |',
      '| feed-2 | 1 | 0 | 0 | 0 |',
      '| redis-1 | 0 | 0 | 1 | 0 |',
      '| killed | 1 | 1.5 s | 1.5 s |',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toContain('SOAK_SEED=again make soak');
  });

  it('says that it failed, and names each thing that is wrong', () => {
    const text = report({ ...flawless(8), lost: 1 });
    expect(text).toContain('**Failed**: 1 lost and 0 doubled of 9 events');
    expect(text.split('\n')).toContain('- client Python: 1 lost');
  });
});

describe('the checks of a soak', () => {
  let recordings: GameRecording[];
  let events: Event[];
  beforeAll(() => {
    recordings = [...generatedGames('soak', GAMES)];
    events = logOf(recordings);
  });

  /** A session as it is when all went well. */
  const played = (index: number): PlayedSession => {
    const strategy = STRATEGIES[index];
    if (strategy === undefined) throw new RangeError('there is no such strategy');
    const { history, wallet, cash } = undisturbed(strategy, events);
    const bets = history.filter(({ kind }) => kind === 'bought' || kind === 'sidebet').length;
    return { name: strategy.name, strategy, history, wallet, cash, bets, error: null };
  };
  const outcome = (changed: Partial<Outcome>): Outcome => ({
    ...{ wanted: 100, done: 100, minutes: { wanted: 30, run: 30.1 } },
    ...{ places: [], sessions: [], problems: [], ...changed },
  });

  it('are content when everybody has every event once and every session is what it must be', () => {
    const sessions = STRATEGIES.map((_, index) =>
      parityOf(played(index), events, heardWhole(events, recordings)),
    );
    expect(sessions.map(({ problems }) => problems)).toEqual(STRATEGIES.map(() => []));
    expect(sessions.map(({ backtested }) => backtested)).toEqual(STRATEGIES.map(() => GAMES));
    expect(problemsOf(outcome({ sessions, places: [{ name: 'a client', tally: flawless(9) }] }))).toEqual([]);
  });

  it('find an event that was lost, one that came twice, and one that nobody published', () => {
    const places = [
      { name: 'one', tally: tally([1, 2, 4], 4) },
      { name: 'two', tally: tally([1, 2, 2, 3], 3) },
      { name: 'three', tally: tally([1, 2], 1) },
      { name: 'four', tally: tally([], 0) },
    ];
    expect(problemsOf(outcome({ places }))).toEqual([
      'one: 1 lost',
      'two: 1 duplicated',
      'three: 1 foreign',
      'four: no event',
    ]);
  });

  it('find a session with another balance, and one that missed a bet or made it twice', () => {
    const whole = heardWhole(events, recordings);
    const session = played(0);
    const other = parityOf({ ...session, wallet: '1' }, events, whole);
    expect(other.problems).toEqual([expect.stringContaining('wallet 1,')]);
    const { history } = session;
    const at = history.findIndex(({ kind }) => kind === 'sidebet');
    const missed = parityOf({ ...session, history: history.toSpliced(at, 1) }, events, whole);
    const twice = [...history.slice(0, at + 1), ...history.slice(at)];
    const doubled = parityOf({ ...session, history: twice }, events, whole);
    for (const { problems } of [missed, doubled]) {
      expect(problems).toContainEqual(expect.stringContaining('its history differs'));
      expect(problems).toContainEqual(expect.stringContaining('differs from its backtest'));
    }
    expect(problemsOf(outcome({ sessions: [other, missed, doubled] }))).not.toEqual([]);
  });

  it('find a session that neither bet nor could be compared', () => {
    const idle = { ...played(0), history: [], bets: 0, wallet: '10', cash: '10' };
    expect(problemsOf(outcome({ sessions: [parityOf(idle, [], [])] }))).toEqual([
      'session ladder: no bet',
      'session ladder: no game to compare with its backtest',
    ]);
  });

  it('leave out of the comparison with a file the games of which a tick came too late to trade on', () => {
    const [, second] = recordings;
    const gappy = events.filter(
      ({ type, gameId, data }) =>
        !(
          type === 'game.tick' &&
          gameId === second?.meta.game_id &&
          (data as { tickCount: number }).tickCount === 1
        ),
    );
    const whole = heardWhole(gappy, recordings);
    expect(whole).toHaveLength(GAMES - 1);
    expect(whole).not.toContain(second);
  });

  it('find a game without a file, and one with two', () => {
    expect(gameFiles(events, recordings)).toEqual(flawless(GAMES));
    expect(gameFiles(events, recordings.slice(1))).toEqual({ ...flawless(GAMES - 1), lost: 1 });
    expect(gameFiles(events, [...recordings, ...recordings.slice(-1)])).toEqual({
      ...flawless(GAMES),
      duplicated: 1,
    });
  });

  it('find a run that was too short, or had too few faults', () => {
    expect(problemsOf(outcome({ done: 99, minutes: { wanted: 30, run: 29.9 } }))).toEqual([
      '99 faults happened, 100 were to',
      'it ran for 29.9 minutes, not 30',
    ]);
  });

  it('say what else was wrong', () => {
    expect(problemsOf(outcome({ problems: ['the log began anew'] }))).toEqual(['the log began anew']);
  });
});
