import { advance, BacktestRun, builtIn, MarketReader, marketsOf, openSession, walletOf } from '@vectra/paper';
import type { Event, GameRecording, PaperHappening, Strategy } from '@vectra/protocol';
import type { PlayedSession } from './sessions.js';

/** How a session compares with what it must have come to. */
export interface Parity {
  name: string;
  bets: number;
  /** Games that it played. */
  games: number;
  wallet: string;
  /** Of the same engine, undisturbed, on the events of the recorder's journal. */
  expectedWallet: string;
  /** Games that were heard whole, and so can be compared with the backtest of their file. */
  backtested: number;
  /** What differs, in words. */
  problems: string[];
}

const lineOf = (happening: PaperHappening): string => JSON.stringify(happening);

function behaviourOf(played: Strategy): ReturnType<typeof builtIn> {
  if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
  return builtIn(played);
}

/** What a session that was opened before the first event comes to when nothing disturbs it. */
export function undisturbed(
  played: Strategy,
  events: readonly Event[],
): { history: PaperHappening[]; wallet: string; cash: string } {
  const behaviour = behaviourOf(played);
  const reader = new MarketReader();
  const history: PaperHappening[] = [];
  let session = openSession(played.name, played);
  for (const event of events) {
    const market = reader.read(event);
    if (market === undefined) continue;
    const { prices, recentGames } = reader;
    const step = advance(session, market, { behaviour, prices, recentGames, tradable: true });
    session = step.session;
    history.push(...step.happenings);
  }
  return { history, wallet: walletOf(session.trading), cash: session.trading.cash };
}

/**
 * The recordings that tell exactly what could be traded on live: from the presale to the rug, with every tick in time. While no feed was
 * connected ticks are missed, which a file has all the same, from what was told later; nobody could have traded on these.
 */
export function heardWhole(events: readonly Event[], recordings: readonly GameRecording[]): GameRecording[] {
  const heard = new Map<string, string[]>();
  const reader = new MarketReader();
  for (const event of events) {
    const market = reader.read(event);
    if (market === undefined) continue;
    const sofar = heard.get(market.gameId);
    if (sofar === undefined) heard.set(market.gameId, [JSON.stringify(market)]);
    else sofar.push(JSON.stringify(market));
  }
  return recordings.filter((recording) => {
    if (!recording.meta.complete) return false;
    const markets = [...marketsOf(recording)].map((market) => JSON.stringify(market));
    return heard.get(recording.meta.game_id)?.join('\n') === markets.join('\n');
  });
}

/** The lines of one game in a session's history, and what there was before it. */
interface PlayedGame {
  gameId: string;
  lines: PaperHappening[];
  cashBefore: string;
}

/** Whether something of another game, or of none, happened among its lines is told by `gameId` undefined. */
function gamesOf(session: Pick<PlayedSession, 'history' | 'strategy'>): PlayedGame[] {
  const games: PlayedGame[] = [];
  let lines: PaperHappening[] = [];
  let cash = session.strategy.initial_balance;
  let cashBefore = cash;
  for (const line of session.history) {
    lines.push(line);
    if ('cash' in line) ({ cash } = line);
    if (line.kind !== 'game') continue;
    const isPure = lines.every((one) => !('gameId' in one) || one.gameId === line.gameId);
    if (isPure) games.push({ gameId: line.gameId, lines, cashBefore });
    lines = [];
    cashBefore = cash;
  }
  return games;
}

/** A game's lines without the wallet after it, which holds what was open in other games, too. */
const comparable = (lines: readonly PaperHappening[]): string[] =>
  lines.map((line) => lineOf(line.kind === 'game' ? { ...line, wallet: '' } : line));

/** Compares a session with the engine on the recorder's journal, and each game that was heard whole with the backtest of its file. */
export function parityOf(
  session: PlayedSession,
  events: readonly Event[],
  whole: readonly GameRecording[],
): Parity {
  const problems: string[] = [];
  const expected = undisturbed(session.strategy, events);
  const differs = firstDifference(session.history.map(lineOf), expected.history.map(lineOf));
  if (differs !== undefined) problems.push(`its history differs from the journal's: ${differs}`);
  if (session.wallet !== expected.wallet || session.cash !== expected.cash)
    problems.push(
      `wallet ${session.wallet}, cash ${session.cash}; the journal comes to ${expected.wallet}, ${expected.cash}`,
    );
  if (session.error !== null) problems.push(`it failed: ${session.error}`);
  const recordings = new Map(whole.map((recording) => [recording.meta.game_id, recording]));
  let backtested = 0;
  for (const { gameId, lines, cashBefore } of gamesOf(session)) {
    const recording = recordings.get(gameId);
    if (recording === undefined) continue;
    const strategy = { ...session.strategy, initial_balance: cashBefore };
    const run = new BacktestRun(strategy, behaviourOf(session.strategy));
    run.play(recording);
    backtested++;
    const unlike = firstDifference(comparable(lines), comparable(run.result.history));
    if (unlike !== undefined) problems.push(`game ${gameId} differs from its backtest: ${unlike}`);
  }
  const games = session.history.filter(({ kind }) => kind === 'game').length;
  const { name, bets, wallet } = session;
  return { name, bets, games, wallet, expectedWallet: expected.wallet, backtested, problems };
}

/** Where two lists of lines part, in words; undefined when they are equal. */
function firstDifference(found: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(found.length, expected.length);
  for (let index = 0; index < length; index++)
    if (found[index] !== expected[index])
      return `line ${index + 1} is ${found[index] ?? 'missing'}, expected ${expected[index] ?? 'none'}`;
  return undefined;
}
