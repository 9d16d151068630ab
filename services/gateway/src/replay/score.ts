import { hashSeed, phaseAt } from '@vectra/game';
import {
  toDecimal,
  type Draft,
  type EventData,
  type GameRecording,
  type LegacyLine,
  type Phase,
} from '@vectra/protocol';

/** The game's own pace: the median of the intervals in captured sessions. */
const TICK_MS = 250;
/** From the rug to the next countdown: between the 0.8 and 5.3 s of captured sessions. */
const AFTER_RUG_MS = 3_000;

/** When the feed tells of a countdown: at each change of phase, and once a second. Phase and ms left. */
const COUNTDOWN: readonly (readonly [Phase, number])[] = [
  ['RUG_EVENT_2', 15_000],
  ['COOLDOWN', 14_900],
  ...[14, 13, 12, 11].map((left) => ['COOLDOWN', left * 1_000] as const),
  ...[10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((left) => ['PRESALE', left * 1_000] as const),
];

/** Events that came together, as one frame of upstream gives them. */
export interface Moment {
  /** Milliseconds from the game's first tick on; negative in the countdown before. */
  readonly at: number;
  /** The tick among its events; null when there is none. */
  readonly tick: number | null;
  readonly drafts: readonly Draft[];
}

/** A recorded game as live told of it: what happened when. */
export interface Score {
  readonly gameId: string;
  /** In order of time: the countdown, the ticks with what belongs to them, what came after the rug. */
  readonly moments: readonly Moment[];
  /** Index of the moment in which the game starts. */
  readonly start: number;
  /** The last tick known, and one more. */
  readonly ticks: number;
}

interface Tick {
  tick: number;
  price: number;
  /** Unix ms. */
  timestamp: number;
  tradeCount: number | null;
}

type TickLine = Extract<LegacyLine, { type: 'tick' }>;

/**
 * The events of a recorded game, as the feed tells them (services/feed, games.ts): in the same order, with the same fields. Recorded are
 * the ticks; a countdown is always as long, so it is told as it must have been.
 *
 * @param lines the game's legacy lines, which have the time and the trades of each tick. Without them, and in a game whose ticks were not
 * all received live, ticks are 250 ms apart, as the game means them to be.
 * @returns undefined when no tick of the game is known.
 */
export function scoreOf(recording: GameRecording, lines: readonly LegacyLine[] = []): Score | undefined {
  const ticks = ticksOf(recording, lines);
  const [first] = ticks;
  const last = ticks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const { meta } = recording;
  const startedAt = first.timestamp;
  const momentAt = (timestamp: number, tick: number | null, told: Told[]): Moment => ({
    at: timestamp - startedAt,
    tick,
    drafts: told.map(({ type, data }) => {
      return { type, timestamp, gameId: meta.game_id, source: 'replay', data } as Draft;
    }),
  });
  const countdown = COUNTDOWN.map(([, left], index) =>
    momentAt(startedAt - left, null, [countdownPhase(index)]),
  );
  const played = ticks.map((tick, index) => {
    const told = [
      ...(index === 0 ? [startOf(recording, first)] : []),
      ...tickEvents(tick, ticks[index - 1], meta.rug_tick),
      ...(tick === last ? [endOf(recording, ticks, last)] : []),
    ];
    return momentAt(tick.timestamp, tick.tick, told);
  });
  const over = momentAt(last.timestamp + AFTER_RUG_MS, null, sealOf(recording));
  return {
    gameId: meta.game_id,
    moments: [...countdown, ...played, over],
    start: countdown.length,
    ticks: last.tick + 1,
  };
}

interface Told {
  type: string;
  data: unknown;
}

type Named = 'game.start' | 'game.phase' | 'game.tick' | 'game.gap' | 'game.end' | 'game.sealed';

function told<T extends Named>(type: T, data: EventData<T>): Told {
  return { type, data };
}

/** Those of the recording, and behind a missing tick, where it ends, those of the lines. */
function ticksOf({ meta, prices }: GameRecording, lines: readonly LegacyLine[]): Tick[] {
  const rows = new Map(lines.filter(isTick).map((line) => [line.tick, line]));
  const beyond = [...rows.values()]
    .filter(({ tick }) => tick >= prices.length && (meta.rug_tick === null || tick <= meta.rug_tick))
    .map(({ tick, price }) => ({ tick, price }))
    .sort((a, b) => a.tick - b.tick);
  const known = [...prices.map((price, tick) => ({ tick, price })), ...beyond];
  const times = known.map(({ tick }) => timeOf(rows.get(tick)));
  const areTrue =
    meta.backfilled_ticks === 0 && times.every((time, i) => time >= (times[i - 1] ?? -Infinity));
  const startedAt = Date.parse(meta.start_time);
  return known.map(({ tick, price }, index) => ({
    tick,
    price,
    timestamp: (areTrue ? times[index] : undefined) ?? startedAt + tick * TICK_MS,
    // The frame of tick 0 has no count.
    tradeCount: tick === 0 ? null : (rows.get(tick)?.trade_count ?? null),
  }));
}

function isTick(line: LegacyLine): line is TickLine {
  return line.type === 'tick';
}

/** Unix ms; NaN without a line. Legacy times are UTC without saying so, in microseconds. */
function timeOf(line: TickLine | undefined): number {
  return line === undefined ? NaN : Date.parse(`${line.timestamp.slice(0, 23)}Z`);
}

function countdownPhase(index: number): Told {
  const [phase, cooldownTimer] = COUNTDOWN[index] ?? ['PRESALE', 0];
  const previous = COUNTDOWN[index - 1]?.[0] ?? 'RUG_EVENT_1';
  return told('game.phase', { phase, previous, cooldownTimer });
}

function startOf({ meta }: GameRecording, first: Tick): Told {
  const { server_seed_hash: serverSeedHash } = meta;
  return told('game.start', { serverSeedHash, gameVersion: null, joinedAtTick: first.tick });
}

function tickEvents(tick: Tick, before: Tick | undefined, rugTick: number | null): Told[] {
  const { tick: tickCount, price, tradeCount } = tick;
  const rugged = tickCount === rugTick;
  const phase = phaseAt(tickCount, rugTick);
  const previous = before === undefined ? 'PRESALE' : phaseAt(before.tick, rugTick);
  const state = { active: true, rugged, phase, cooldownTimer: 0, tradeCount };
  const expected = (before?.tick ?? -1) + 1;
  const missed = { fromTick: expected, toTick: tickCount - 1, healed: false, by: null };
  return [
    ...(phase === previous ? [] : [told('game.phase', { phase, previous, cooldownTimer: 0 })]),
    told('game.tick', { tickCount, price: toDecimal(price), ...state }),
    ...(expected < tickCount ? [told('game.gap', missed)] : []),
  ];
}

function endOf({ meta }: GameRecording, ticks: readonly Tick[], last: Tick): Told {
  const { rug_tick: rugTick } = meta;
  const peak = ticks.reduce((highest, { price }) => Math.max(highest, price), 0);
  return told('game.end', {
    reason: rugTick === null ? 'interrupted' : 'rugged',
    rugTick,
    rugPrice: last.tick === rugTick ? toDecimal(last.price) : null,
    peakMultiplier: toDecimal(peak),
    tickCount: last.tick,
  });
}

function sealOf({ meta, prices }: GameRecording): Told[] {
  if (meta.server_seed === null) return [];
  const verdict = meta.verified === null ? 'hash-only' : meta.verified ? 'verified' : 'mismatch';
  const seal = told('game.sealed', {
    serverSeed: meta.server_seed,
    serverSeedHash: meta.server_seed_hash ?? hashSeed(meta.server_seed),
    verdict,
    complete: meta.complete,
    prices: prices.map(toDecimal),
    peakMultiplier: toDecimal(meta.peak_multiplier),
    endedAt: null,
  });
  return [seal];
}
