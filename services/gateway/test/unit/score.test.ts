import fc from 'fast-check';
import { checkDraft, placeEvent, type Event, type GameRecording, type LegacyLine } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { scoreOf, type Score } from '../../src/replay/score.js';
import { LiveWindow } from '../../src/window.js';
import { pricesOf, recordingOf } from '../replayFixture.js';

function played(recording: GameRecording, lines: LegacyLine[] = []): Score {
  const score = scoreOf(recording, lines);
  if (score === undefined) throw new Error('expected a game with ticks');
  return score;
}

function eventsOf({ moments }: Score): Event[] {
  return moments.flatMap(({ drafts }) => drafts).map((draft, i) => placeEvent(draft, 'eeee', i + 1));
}

/** `type phase` or `type tick` */
function toldBy(score: Score): string[] {
  return eventsOf(score).map(({ type, data }) => {
    if (type === 'game.phase') return `${type} ${data.previous}>${data.phase} ${data.cooldownTimer}`;
    return type === 'game.tick' ? `${type} ${data.tickCount}` : type;
  });
}

function tickLine(gameId: string, tick: number, timestamp: string, price = 1): LegacyLine {
  const state = { phase: 'ACTIVE_GAMEPLAY', active: true, rugged: false, cooldown_timer: 0 } as const;
  return { type: 'tick', timestamp, game_id: gameId, tick, price, ...state, trade_count: 10 + tick };
}

describe('a recorded game', () => {
  it('is told in the order of the feed', () => {
    const score = played(recordingOf('a', [1, 1.5, 0.02]));
    const told = toldBy(score);
    expect(told.slice(0, 4)).toEqual([
      'game.phase RUG_EVENT_1>RUG_EVENT_2 15000',
      'game.phase RUG_EVENT_2>COOLDOWN 14900',
      'game.phase COOLDOWN>COOLDOWN 14000',
      'game.phase COOLDOWN>COOLDOWN 13000',
    ]);
    expect(told.slice(15)).toEqual([
      'game.phase PRESALE>PRESALE 1000',
      'game.start',
      'game.phase PRESALE>GAME_ACTIVATION 0',
      'game.tick 0',
      'game.phase GAME_ACTIVATION>ACTIVE_GAMEPLAY 0',
      'game.tick 1',
      'game.phase ACTIVE_GAMEPLAY>RUG_EVENT_1 0',
      'game.tick 2',
      'game.end',
      'game.sealed',
    ]);
    expect(score.moments[score.start]?.drafts[0]?.type).toBe('game.start');
    expect(score.ticks).toBe(3);
  });

  it('has the fields of the feed, with the source replay', () => {
    const events = eventsOf(played(recordingOf('a', [1, 1.5, 0.0000002])));
    for (const event of events) checkDraft(event);
    expect(new Set(events.map(({ source }) => source))).toEqual(new Set(['replay']));
    const dataOf = (type: string): unknown => events.findLast((event) => event.type === type)?.data;
    expect(dataOf('game.tick')).toEqual({
      ...{ tickCount: 2, price: '0.0000002', active: true, rugged: true, phase: 'RUG_EVENT_1' },
      ...{ cooldownTimer: 0, tradeCount: null },
    });
    expect(dataOf('game.end')).toEqual({
      ...{ reason: 'rugged', rugTick: 2, rugPrice: '0.0000002', peakMultiplier: '1.5', tickCount: 2 },
    });
    expect(dataOf('game.sealed')).toMatchObject({
      serverSeed: 'seed of a',
      verdict: 'verified',
      complete: true,
    });
  });

  it('takes times and trades from its lines', () => {
    const recording = recordingOf('a', [1, 1.5, 0.02]);
    const lines = ['10:00:00.100000', '10:00:00.350000', '10:00:00.900000'].map((time, tick) =>
      tickLine('a', tick, `2025-12-07T${time}`),
    );
    const { moments, start } = played(recording, lines);
    expect(moments.slice(start, start + 3).map(({ at }) => at)).toEqual([0, 250, 800]);
    expect(moments[start]?.drafts[2]).toMatchObject({ data: { tickCount: 0, tradeCount: null } });
    expect(moments[start + 2]?.drafts[1]).toMatchObject({
      timestamp: Date.parse('2025-12-07T10:00:00.900Z'),
      data: { tickCount: 2, tradeCount: 12 },
    });
  });

  it('has its ticks 250 ms apart where their times are not known, or are those of a later healing', () => {
    const evenly = (score: Score): number[] =>
      score.moments.slice(score.start, score.start + 3).map(({ at }) => at);
    const recording = recordingOf('a', [1, 1.5, 0.02]);
    expect(evenly(played(recording))).toEqual([0, 250, 500]);
    const healed = { ...recording, meta: { ...recording.meta, backfilled_ticks: 1 } };
    const lines = [0, 1, 2].map((tick) => tickLine('a', tick, '2025-12-07T10:00:09.000000'));
    expect(evenly(played(healed, lines))).toEqual([0, 250, 500]);
  });

  it('goes on behind a missing tick with what the lines have, and tells of the gap', () => {
    const recording = recordingOf('a', [1, 1.5, 0.02]);
    const meta = { ...recording.meta, rug_tick: 4, complete: false, server_seed: null };
    const lines = [0, 1, 4, 5].map((tick) =>
      tickLine('a', tick, `2025-12-07T10:00:0${tick}.000000`, tick === 4 ? 0.02 : 1.5),
    );
    const told = eventsOf(played({ meta, prices: [1, 1.5] }, lines));
    expect(told.filter(({ type }) => type === 'game.tick').map(({ data }) => data)).toMatchObject([
      { tickCount: 0 },
      { tickCount: 1 },
      { tickCount: 4, price: '0.02', rugged: true },
    ]);
    const [gap, end] = told.slice(-2);
    expect(gap).toMatchObject({
      type: 'game.gap',
      data: { fromTick: 2, toTick: 3, healed: false, by: null },
    });
    expect(end).toMatchObject({ type: 'game.end', data: { rugTick: 4, rugPrice: '0.02' } });
  });

  it('that was lost sight of ends interrupted', () => {
    const { meta, prices } = recordingOf('a', [1, 1.5, 1.6]);
    const lost = { meta: { ...meta, rug_tick: null, complete: false, server_seed: null }, prices };
    expect(eventsOf(played(lost)).at(-1)).toMatchObject({
      type: 'game.end',
      data: { reason: 'interrupted', rugTick: null, rugPrice: null, peakMultiplier: '1.6', tickCount: 2 },
    });
  });

  it('without a tick is none', () => {
    const { meta } = recordingOf('a', [1]);
    expect(scoreOf({ meta, prices: [] })).toBeUndefined();
  });

  it('gives whoever folds its events as live ones the recording back', () => {
    const price = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(price, { minLength: 1, maxLength: 300 }), (prices) => {
        const recording = recordingOf('a', prices);
        const window = new LiveWindow(1);
        for (const event of eventsOf(played(recording))) window.fold(event);
        expect(window.recording('a')).toEqual(recording);
      }),
    );
  });

  it('never goes back in time', () => {
    const { moments } = played(recordingOf('a', pricesOf(50)));
    const times = moments.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
