import '../app/jitless.js';
import { paperHappening, strategy, type PaperHappening } from '@vectra/protocol';
import { z } from 'zod';

const count = z.int().min(0);
const sol = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected SOL as a decimal string');
const share = z.number();
const interval = z.object({ low: share, high: share });

const summary = z.object({
  strategy,
  ...{ games: count, leftOut: count, gamesStaked: count },
  ...{ initial: sol, wallet: sol, profit: sol, staked: sol, peakWallet: sol },
  ...{ betsPlaced: count, refused: count },
  ...{ broughtBack: share.nullable(), winRate: share.nullable(), winRateInterval: interval.nullable() },
  sidebets: z.object({ settled: count, won: count, interval }).nullable(),
  ...{ profitFactor: share.nullable(), maxDrawdown: share, sharpe: share.nullable() },
  meanReturn: interval.extend({ mean: share, method: z.string() }).nullable(),
  brokeAfter: count.nullable(),
  error: z.string().nullable(),
  house: z.object({ changePerTick: share, sidebetChance: share, sidebetReturn: share }),
});
/** What a backtest came to, as `paper backtest` writes it: SOL are decimal strings, shares are from 0 to 1. */
export type Summary = z.infer<typeof summary>;

const game = z.object({
  ...{ gameId: z.string(), startTime: z.string(), rugTick: count, peak: z.number(), bets: count },
  ...{ profit: sol, wallet: sol },
});
export type ReportGame = z.infer<typeof game>;

const report = z.object({
  backtests: z.array(z.object({ summary, games: z.array(game), history: z.array(paperHappening) })).min(1),
});
export type Report = z.infer<typeof report>;

/** What is drawn of one strategy: small enough to be handed to the page. */
export interface Backtest {
  summary: Summary;
  /** What was there at the start, then the wallet after each game. */
  wallets: Float64Array;
  /** The fall from the peak after each game, as a share of it: 0 or below. */
  drawdowns: Float64Array;
  /** Of each game in which something was staked: what it changed the wallet by, as a share of it. */
  returns: number[];
  /** Start of the first and the last game, ISO 8601; null without games. */
  span: { first: string; last: string } | null;
}

/** A game with what was bet in it. */
export interface GameRow extends ReportGame {
  happenings: PaperHappening[];
}

export type Order = 'newest' | 'oldest' | 'best' | 'worst';

/** Which games of a strategy are wanted: `offset` and `limit` count in their order. */
export interface RowsQuery {
  order: Order;
  stakedOnly: boolean;
  offset: number;
  limit: number;
}

/** Reads a report. @throws Error that says what the file is instead, or what in it is wrong. */
export function parseReport(text: string): Report {
  const given = parseJson(text);
  const other = otherKind(given);
  if (other !== undefined) throw new Error(`expected a report of a backtest, was ${other}`);
  const parsed = report.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${placeOf(issue.path)}`;
  throw new Error(`expected a report of a backtest; it does not fit${where}: ${issue?.message ?? 'unknown'}`);
}

export function backtestsOf({ backtests }: Report): Backtest[] {
  return backtests.map(({ summary, games }) => {
    const wallets = Float64Array.from([summary.initial, ...games.map(({ wallet }) => wallet)], Number);
    const [first, last] = [games[0], games.at(-1)];
    return {
      ...{ summary, wallets, drawdowns: drawdownsOf(wallets), returns: returnsOf(games) },
      span:
        first === undefined || last === undefined ? null : { first: first.startTime, last: last.startTime },
    };
  });
}

/** Finds a strategy's games by page. */
export class Rows {
  readonly #games: readonly ReportGame[];
  readonly #happenings = new Map<string, PaperHappening[]>();

  constructor({ games, history }: Report['backtests'][number]) {
    this.#games = games;
    for (const one of history) {
      if (one.kind === 'game' || !('gameId' in one)) continue;
      const known = this.#happenings.get(one.gameId);
      if (known === undefined) this.#happenings.set(one.gameId, [one]);
      else known.push(one);
    }
  }

  page({ order, stakedOnly, offset, limit }: RowsQuery): { rows: GameRow[]; total: number } {
    const chosen = stakedOnly ? this.#games.filter(({ bets }) => bets > 0) : [...this.#games];
    if (order === 'newest') chosen.reverse();
    else if (order !== 'oldest') {
      const sign = order === 'best' ? -1 : 1;
      chosen.sort((a, b) => sign * (Number(a.profit) - Number(b.profit)));
    }
    const rows = chosen
      .slice(offset, offset + limit)
      .map((one) => ({ ...one, happenings: this.#happenings.get(one.gameId) ?? [] }));
    return { rows, total: chosen.length };
  }
}

function drawdownsOf(wallets: Float64Array): Float64Array {
  let peak = 0;
  return wallets.map((wallet) => {
    peak = Math.max(peak, wallet);
    return peak > 0 ? wallet / peak - 1 : 0;
  });
}

function returnsOf(games: readonly ReportGame[]): number[] {
  return games
    .filter(({ bets }) => bets > 0)
    .map(({ profit, wallet }) => Number(profit) / (Number(wallet) - Number(profit)));
}

function parseJson(text: string): unknown {
  const start = text.slice(0, 200).trimStart();
  if (start === '') throw new Error('expected a report of a backtest, was an empty file');
  if (start.startsWith('<'))
    throw new Error(
      'expected the JSON report of a backtest, was a page: `--out report.html` opens by itself, `--out report.json` opens here',
    );
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`expected a report of a backtest as JSON; ${why}`, { cause: error });
  }
}

/** Files of this project that are easily taken for a report. */
function otherKind(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return 'a single value';
  if (Array.isArray(given)) return 'a list';
  if ('backtests' in given) return undefined;
  if ('combinations' in given)
    return 'that of a sweep, which is not shown here: `paper sweep --out report.html` makes a page that opens by itself';
  if ('meta' in given && 'prices' in given) return 'a recorded game: the screen Games shows those';
  if ('initial_balance' in given) return 'a strategy: a session of paper trading takes it as JSON';
  return `another file: it has no "backtests", but ${
    Object.keys(given)
      .slice(0, 4)
      .map((name) => `"${name}"`)
      .join(', ') || 'nothing'
  }`;
}

/** `backtests[0].games[3].wallet` */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, part) =>
      typeof part === 'number' ? `${place}[${part}]` : `${place}${place === '' ? '' : '.'}${String(part)}`,
    '',
  );
}
