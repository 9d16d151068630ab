import type { PaperHappening, PaperSession } from '@vectra/protocol';
import { asking, type Target } from './gateway.js';
import { dateTime, multiplier, percent, sol } from './numbers.js';
import type { Output } from './output.js';
import type { Paint } from './paint.js';
import { pairs, table, type Cell } from './table.js';

/** How many of the newest lines of a session's history are shown. */
const LINES = 20;

/** The sessions of paper trading, newest first; or one, with what happened in it last. */
export async function sessions(target: Target, id: string | undefined, output: Output): Promise<void> {
  const { json, paint, write } = output;
  if (id !== undefined) {
    const { session, history } = await asking(target, (routes) => routes.session(id, { limit: LINES }));
    if (json) await write(JSON.stringify({ session, history }));
    else await write(renderSession(session, history.lines, paint));
    return;
  }
  const all = await asking(target, (routes) => routes.sessions());
  if (json) for (const session of all) await write(JSON.stringify(session));
  else await write(all.length === 0 ? 'no sessions of paper trading' : renderList(all, paint));
}

function renderList(all: readonly PaperSession[], paint: Paint): string {
  const columns = [
    { title: 'session' },
    { title: 'strategy' },
    { title: 'state' },
    { title: 'wallet', right: true },
    { title: 'P&L', right: true },
    { title: 'drawdown', right: true },
    { title: 'games', right: true },
    { title: 'bets', right: true },
    { title: 'won', right: true },
  ];
  const row = (session: PaperSession): Cell[] => [
    { text: session.session_id },
    { text: session.strategy.name.slice(0, 24), paint: (text) => paint('dim', text) },
    stateOf(session, paint),
    { text: sol(session.wallet) },
    { text: sol(session.realized_pnl, true), paint: (text) => gain(session.realized_pnl, text, paint) },
    { text: percent(session.drawdown) },
    { text: String(session.games_played) },
    { text: String(session.total_bets_placed) },
    { text: percent(session.win_rate) },
  ];
  return table(columns, all.map(row), paint);
}

/** A session and the newest lines of its history. */
export function renderSession(session: PaperSession, lines: readonly PaperHappening[], paint: Paint): string {
  const { position, active_bet: bet } = session;
  const held = position === null ? 'nothing' : `${position.qty} at ${multiplier(position.avg_cost)}`;
  const running =
    bet === null ? 'none' : `${bet.amount} SOL on a rug in ticks ${bet.start_tick} to ${bet.end_tick}`;
  const state = stateOf(session, paint);
  const rows: [string, string][] = [
    ['session', `${session.session_id}  ${state.paint?.(state.text) ?? state.text}`],
    ...(session.error === null ? [] : [['error', paint('red', session.error)] as [string, string]]),
    ['strategy', `${session.strategy.name} (${session.strategy.kind})`],
    ['since', `${dateTime(session.created_at)} UTC`],
    [
      'wallet',
      `${sol(session.wallet)} SOL, of which ${sol(session.cash)} free; peak ${sol(session.peak_wallet)}`,
    ],
    ['P&L', gain(session.realized_pnl, `${sol(session.realized_pnl, true)} SOL`, paint)],
    ['drawdown', `${percent(session.drawdown)}, at most ${percent(session.max_drawdown)}`],
    [
      'bets',
      `${session.total_bets_placed} in ${session.games_played} games; won ${percent(session.win_rate)}`,
    ],
    ['held', held],
    ['sidebet', running],
  ];
  const history = lines.map((line) => `  ${happeningLine(line, paint)}`);
  return [pairs(rows, paint), ...(history.length === 0 ? [] : ['', ...history])].join('\n');
}

function stateOf({ is_active, error }: PaperSession, paint: Paint): Cell {
  if (error !== null) return { text: 'FAILED', paint: (text) => paint(['bold', 'red'], text) };
  return is_active
    ? { text: 'active', paint: (text) => paint('green', text) }
    : { text: 'left', paint: (text) => paint('dim', text) };
}

function gain(amount: string, text: string, paint: Paint): string {
  const value = Number(amount);
  return value > 0 ? paint('green', text) : value < 0 ? paint('red', text) : text;
}

/** One line of a session's history. */
export function happeningLine(line: PaperHappening, paint: Paint): string {
  switch (line.kind) {
    case 'bought':
      return `${paint('green', 'bought')}  ${line.qty} for ${line.amount} SOL at ${multiplier(line.price)}, tick ${line.tick}`;
    case 'sold': {
      const profit = gain(line.profit, `${sol(line.profit, true)} SOL`, paint);
      const why = line.by === 'rug' ? paint(['bold', 'red'], 'RUGGED') : paint('red', 'sold');
      return `${why}  ${line.qty} for ${line.amount} SOL at ${multiplier(line.price)}, tick ${line.tick}: ${profit}`;
    }
    case 'sidebet':
      return `${paint('cyan', 'sidebet')}  ${line.amount} SOL from tick ${line.startTick}`;
    case 'settled': {
      const result = line.won ? paint(['bold', 'green'], 'WON') : paint('red', 'lost');
      return `${result}  sidebet of ${line.amount} SOL from tick ${line.startTick}: ${sol(line.profit, true)} SOL`;
    }
    case 'refused':
      return `${paint('yellow', 'refused')}  ${line.order.side}: ${line.message}`;
    case 'game':
      return paint('dim', `game ${line.gameId} over at tick ${line.rugTick}; wallet ${sol(line.wallet)} SOL`);
    case 'failed':
      return `${paint(['bold', 'red'], 'FAILED')}  ${line.message}`;
  }
}
