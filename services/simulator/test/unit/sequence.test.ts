import { derivePrices, hashSeed } from '@vectra/game';
import { describe, expect, it } from 'vitest';
import { frameOf, framesOf, play, shapeOf, type Frame, type HistoryEntry } from './messages.js';

const messages = play('sequence', 60);
const frames = framesOf(messages);

/** The frames from one activation to the one before the next. */
function cycles(): Frame[][] {
  const starts = frames.flatMap((frame, index) => (shapeOf(frame) === 'activation' ? [index] : []));
  return starts.slice(0, -1).map((start, index) => frames.slice(start, starts[index + 1]));
}

/** Every ended game any frame tells of, by id. */
const ended = new Map<string, HistoryEntry>(
  frames.flatMap((frame) => frame.gameHistory ?? []).map((game) => [game.id, game]),
);
const endedGame = (id: string): HistoryEntry => ended.get(id) ?? expect.fail(`game ${id} was never revealed`);

describe('a game', () => {
  it('is played tick by tick from 0, and rugs while still active', () => {
    for (const cycle of cycles()) {
      const inPlay = cycle.filter((frame) => ['activation', 'tick', 'rug'].includes(shapeOf(frame)));
      expect(inPlay.map((frame) => frame.tickCount)).toEqual(inPlay.map((_, index) => index));
      expect(inPlay.every((frame) => frame.active === true)).toBe(true);
      expect(inPlay.map((frame) => frame.rugged)).toEqual(inPlay.map((_, i) => i === inPlay.length - 1));
      expect(new Set(inPlay.map((frame) => frame.gameId)).size).toBe(1);
    }
  });

  it('has the prices its seed says, and a rug price as real rugs have', () => {
    for (const { id, prices, peakMultiplier, provablyFair } of ended.values()) {
      const derived = derivePrices(provablyFair.serverSeed, id, 'v3');
      expect(prices.slice(0, -1)).toEqual(derived.prices);
      expect(peakMultiplier).toBe(derived.peakMultiplier);
      expect(provablyFair.serverSeedHash).toBe(hashSeed(provablyFair.serverSeed));
      const share = (prices.at(-1) ?? 1) / Math.min(1, prices.at(-2) ?? 1);
      expect(share).toBeGreaterThanOrEqual(0.0012);
      expect(share).toBeLessThan(0.0200001);
    }
    expect(ended.size).toBeGreaterThan(60);
  });

  it('tells each price live, with a window of the last five', () => {
    for (const frame of frames.filter((candidate) => candidate.partialPrices !== undefined)) {
      const window = frame.partialPrices ?? expect.fail();
      if (!ended.has(frame.gameId)) continue;
      const { prices } = endedGame(frame.gameId);
      const last = Math.min(frame.tickCount ?? 0, prices.length - 1);
      expect(window.endTick).toBe(last);
      expect(window.startTick).toBe(Math.max(0, last - 4));
      expect(frame.price).toBe(prices[last]);
      const told = Object.entries(window.values);
      expect(told).toEqual(told.map((_, i) => [String(window.startTick + i), prices[window.startTick + i]]));
      expect(told).toHaveLength(last - window.startTick + 1);
    }
  });

  it('shows the number of trades of the game before until tick 1', () => {
    const openings = frames.filter((frame) => shapeOf(frame) === 'presale opening');
    const rugs = frames.filter((frame) => shapeOf(frame) === 'rug');
    expect(openings.length).toBeGreaterThan(50);
    const before = openings.map((opening) =>
      rugs.findLast((rug) => frames.indexOf(rug) < frames.indexOf(opening)),
    );
    expect(openings.map((frame) => frame.tradeCount)).toEqual(before.map((rug) => rug?.tradeCount));
  });

  it('never shows its seed while it lives', () => {
    for (const frame of frames) {
      expect(Object.keys(frame.provablyFair)).toEqual(['serverSeedHash', 'version']);
      expect(frame.gameHistory?.map((game) => game.id) ?? []).not.toContain(frame.gameId);
    }
  });
});

describe('from one game to the next', () => {
  it('the second rug frame runs on 1 to 3 ticks, repeats the window and still knows only the games before', () => {
    for (const [index, cycle] of cycles().entries()) {
      const rug = cycle.find((frame) => shapeOf(frame) === 'rug') ?? expect.fail('no rug');
      const second = cycle.filter((frame) => shapeOf(frame) === 'second rug');
      expect(second).toHaveLength(1);
      expect(second[0]?.gameId).toBe(rug.gameId);
      expect(second[0]?.partialPrices).toEqual(rug.partialPrices);
      const extra = (second[0]?.tickCount ?? 0) - (rug.tickCount ?? 0);
      expect([1, 2, 3]).toContain(extra);
      const previous = cycles()[index - 1]?.[0]?.gameId;
      if (previous !== undefined) expect(second[0]?.gameHistory?.[0]?.id).toBe(previous);
    }
  });

  it("the new game's full frame reveals the game that just ended", () => {
    for (const cycle of cycles()) {
      const frame = cycle.find((candidate) => shapeOf(candidate) === 'new game');
      if (frame === undefined) continue;
      expect(frame).toMatchObject({
        active: false,
        rugged: false,
        cooldownTimer: 15_000,
        price: 1,
        tickCount: 0,
      });
      expect(frame.gameId).not.toBe(cycle[0]?.gameId);
      expect(frame.gameHistory?.[0]?.id).toBe(cycle[0]?.gameId);
    }
  });

  it('the frames around the rug arrive in every order seen in reality', () => {
    const orders = cycles().map((cycle) => {
      const from = cycle.findIndex((frame) => shapeOf(frame) === 'rug');
      const around = cycle.slice(from + 1, from + 5).filter((frame) => frame.cooldownTimer !== 14_700);
      return around
        .map((frame) => {
          const shape = shapeOf(frame);
          return shape === 'cooldown' ? frame.cooldownTimer : shape;
        })
        .filter((step) => typeof step === 'string' || step > 14_700)
        .join(' ');
    });
    expect([...new Set(orders)].sort()).toEqual([
      '14900 second rug 14800',
      '14900 second rug 14800 new game',
      'second rug 14900 14800',
      'second rug 14900 14800 new game',
      'second rug new game 14900 14800',
    ]);
    const usual = orders.filter((order) => order === 'second rug new game 14900 14800');
    expect(usual.length / orders.length).toBeGreaterThan(0.35);
  });

  it('the countdown falls by 100 ms to 100, and the presale opens at 10000 with a standard frame', () => {
    const countdown = Array.from({ length: 149 }, (_, index) => 14_900 - index * 100);
    for (const cycle of cycles()) {
      const from = cycle.findIndex((frame) => shapeOf(frame) === 'rug');
      const after = cycle.slice(from + 1).filter((frame) => frame.gameHistory === undefined);
      const minimal = after.filter((frame) => shapeOf(frame) !== 'presale opening');
      expect(minimal.map((frame) => frame.cooldownTimer)).toEqual(countdown);
      expect(minimal.every((frame) => frame.allowPreRoundBuys === frame.cooldownTimer <= 10_000)).toBe(true);
      const opening = after.findIndex((frame) => shapeOf(frame) === 'presale opening');
      expect(after[opening]).toMatchObject({
        cooldownTimer: 10_000,
        allowPreRoundBuys: true,
        leaderboard: [],
      });
      expect(after[opening + 1]?.cooldownTimer).toBe(10_000);
      expect(after[opening - 1]?.cooldownTimer).toBe(10_100);
    }
  });

  it('0.8 to 5.3 s pass between the two rug frames', () => {
    const rugs = messages.filter((message) => frameOf(message)?.rugged === true);
    expect(rugs.length).toBe(120);
    for (let index = 0; index < rugs.length; index += 2) {
      const seconds = ((rugs[index + 1]?.at ?? 0) - (rugs[index]?.at ?? 0)) / 1000;
      expect(seconds).toBeGreaterThan(0.79);
      expect(seconds).toBeLessThan(6);
    }
  });
});

describe('messages', () => {
  it('arrive in order', () => {
    for (const [index, message] of messages.entries()) {
      expect(message.at).toBeGreaterThan(messages[index - 1]?.at ?? 0);
    }
  });

  it('come at the intervals of real ticks', () => {
    const arrivals = messages.flatMap((message) => {
      const frame = frameOf(message);
      return frame !== undefined && ['tick', 'rug'].includes(shapeOf(frame))
        ? [{ at: message.at, frame }]
        : [];
    });
    const intervals = arrivals
      .flatMap(({ at, frame }, index) => {
        const before = arrivals[index - 1];
        return before?.frame.gameId === frame.gameId ? [at - before.at] : [];
      })
      .sort((a, b) => a - b);
    const quantile = (part: number): number => intervals[Math.floor(part * (intervals.length - 1))] ?? NaN;
    expect(intervals.length).toBeGreaterThan(5000);
    expect(intervals.reduce((sum, value) => sum + value, 0) / intervals.length).toBeCloseTo(251, -0.5);
    expect(quantile(0.5)).toBeGreaterThan(240);
    expect(quantile(0.5)).toBeLessThan(260);
    expect(quantile(0.01)).toBeLessThan(10);
    expect(quantile(0.99)).toBeGreaterThan(450);
    expect(quantile(0.99)).toBeLessThan(620);
  });

  it('weigh what real ones weigh', () => {
    const bytes = { full: [] as number[], standard: [] as number[], minimal: [] as number[] };
    for (const frame of frames) {
      const size = Buffer.byteLength(JSON.stringify(frame));
      if (frame.gameHistory !== undefined) bytes.full.push(size);
      else if (shapeOf(frame) === 'tick') bytes.standard.push(size);
      else if (Object.keys(frame).length === 7) bytes.minimal.push(size);
    }
    expect(Math.min(...bytes.full)).toBeGreaterThan(262_000);
    expect(Math.max(...bytes.full)).toBeLessThan(489_000);
    expect(Math.max(...bytes.standard)).toBeLessThan(12_000);
    expect(Math.min(...bytes.minimal)).toBeLessThan(400);
    expect(Math.max(...bytes.minimal)).toBeLessThan(6_000);
  });
});
