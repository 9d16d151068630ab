import { describe, expect, it } from 'vitest';
import { fullFrame } from '../../src/generator/frames.js';
import { CAPTURES, captureLines, example } from '../real.js';
import { framesOf, play, shapeOf, type Frame } from './messages.js';

const messages = play('shapes', 25);
const frames = framesOf(messages);
const keys = (value: unknown): string[] => Object.keys(value as object);
const frame = (shape: ReturnType<typeof shapeOf>): Frame =>
  frames.find((candidate) => shapeOf(candidate) === shape) ?? expect.fail(`no ${shape} frame`);
const payload = (event: string, matches: (value: Record<string, unknown>) => boolean = () => true) =>
  messages
    .filter((message) => message.event === event)
    .map((message) => message.args.at(-1) as Record<string, unknown>)
    .find(matches) ?? expect.fail(`no ${event}`);

describe('the keys of a frame, in the real order', () => {
  it.each([
    ['tick', 'gsu_02_active_tick_std21'],
    ['rug', 'gsu_03_rug_frame1_std21'],
    ['cooldown', 'gsu_06_cooldown_minimal7'],
    ['presale opening', 'gsu_07_presale_open_std21'],
    ['presale', 'gsu_08_presale_minimal7'],
    ['activation', 'gsu_09_activation_tick0_14keys'],
  ] as const)('%s', (shape, name) => expect(keys(frame(shape))).toEqual(keys(example(name))));

  it('second rug and new game, with the rug royale only while one is scheduled', () => {
    const captured = captureLines('2025-12-06_public').map((line) => line.data as object);
    const scheduled = captured.find((data) => 'gameHistory' in data && 'partialPrices' in data);
    const real = {
      'second rug': keys(example('gsu_04_rug_frame2_full_gameHistory0_is_PREVIOUS_game')),
      'new game': keys(example('gsu_05_newgame_full_cooldown15000_gameHistory0_is_JUST_ENDED')),
      scheduled: keys(scheduled),
    };
    expect(real.scheduled).toContain('rugRoyale');
    const seen = new Set<string>();
    for (const full of frames.filter((candidate) => candidate.gameHistory !== undefined)) {
      const kind = 'rugRoyale' in full ? 'scheduled' : (shapeOf(full) as 'second rug' | 'new game');
      expect(keys(full)).toEqual(real[kind]);
      seen.add(kind);
    }
    expect([...seen].sort()).toEqual(['new game', 'scheduled', 'second rug']);
  });

  it('the snapshot of a connect', () => {
    const moment = messages.find((message) => message.moment.active)?.moment ?? expect.fail('no game');
    const royale = 'rugRoyale' in fullFrame(moment, 'prices');
    const real = keys(example('gsu_01_connect_snapshot_midgame_full'));
    expect(keys(fullFrame(moment, 'prices')).filter((key) => key !== 'rugRoyale')).toEqual(real);
    expect(royale).toBe(moment.rugRoyale.status === 'SCHEDULED');
  });
});

describe('the keys inside a frame, in the real order', () => {
  const captured = CAPTURES.flatMap((name) => captureLines(name)).flatMap(({ event, data }) =>
    event === 'gameStateUpdate' ? [data as Frame] : [],
  );
  const orders = (lists: unknown[]): string[] =>
    [...new Set(lists.map((value) => keys(value).join()))].sort();

  it('leaderboard entries', () => {
    const real = orders(captured.flatMap((data) => data.leaderboard));
    expect(orders(frames.flatMap((data) => data.leaderboard))).toEqual(real);
  });

  it('open sidebets and shorts of a leaderboard', () => {
    const real = example('gsu_11_feb2026_active_with_shortPosition').leaderboard as Frame['leaderboard'];
    for (const part of ['sideBet', 'shortPosition']) {
      const parts = (list: Frame['leaderboard']) => list.flatMap((entry) => entry[part] ?? []);
      expect(orders(parts(frames.flatMap((data) => data.leaderboard)))).toEqual(orders(parts(real)));
    }
  });

  it('ended games and their sidebets', () => {
    const games = (list: Frame[]) => list.flatMap((data) => data.gameHistory ?? []);
    expect(orders(games(frames))).toEqual(orders(games(captured)));
    const rows = (list: Frame[]) => games(list).flatMap((game) => game.globalSidebets);
    expect(orders(rows(frames))).toEqual(orders(rows(captured)));
  });
});

describe('the keys of the other events, in the real order', () => {
  it.each([
    ['newTrade_buy_with_trace', 'buy'],
    ['newTrade_sell_with_trace', 'sell'],
    ['newTrade_short_open_feb2026', 'short_open'],
    ['newTrade_short_close_feb2026', 'short_close'],
  ])('%s', (name, type) => {
    const trade = payload('standard/newTrade', (value) => value.type === type);
    expect(keys(trade)).toEqual(keys(example(name)));
  });

  it.each([
    ['newSideBet', 'auth_currentSidebet'],
    ['newChatMessage', 'newChatMessage'],
    ['battleEventUpdate', 'battleEventUpdate'],
    ['goldenHourUpdate', 'goldenHourUpdate'],
    ['rugRoyaleUpdate', 'rugRoyaleUpdate'],
  ])('%s', (event, name) => expect(keys(payload(event))).toEqual(keys(example(name))));
});

describe('the trace argument', () => {
  it('comes first on the events that carry one in reality, and on no other', () => {
    const traced = new Map<string, boolean>();
    for (const name of CAPTURES) {
      for (const { event, data } of captureLines(name)) {
        const first: unknown = Array.isArray(data) ? data[0] : data;
        const has = typeof first === 'object' && first !== null && '__trace' in first;
        traced.set(event, has || (traced.get(event) ?? false));
      }
    }
    traced.set('newSideBet', true);
    for (const { event, args } of messages) {
      expect(args).toHaveLength(traced.get(event) === true ? 2 : 1);
      if (args.length === 2) {
        expect(args[0]).toEqual({
          __trace: true,
          traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) as string,
        });
      }
    }
  });
});
