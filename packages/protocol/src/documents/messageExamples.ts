import type { CommandOf, Command, Reply, ReplyOf } from '../gateway.js';
import type { PaperHappening, PaperSession } from '../paper.js';
import { eventExample } from './eventExamples.js';

const GAME = '20260131-0f1e2d3c4b5a6978';
const PLACE = '8f3a12bc:1100';

const session: PaperSession = {
  session_id: 'my-session',
  strategy: {
    kind: 'sidebets',
    name: 'two late bets',
    initial_balance: '1',
    entry_tick: 200,
    num_bets: 2,
    bet_sizes: ['0.01'],
    spacing: 45,
  },
  is_active: true,
  error: null,
  created_at: 1_769_860_000_000,
  initial_balance: '1',
  cash: '0.98',
  wallet: '0.99',
  peak_wallet: '1',
  realized_pnl: '-0.01',
  unrealized_pnl: '0',
  drawdown: 0.01,
  max_drawdown: 0.01,
  games_played: 3,
  total_wins: 0,
  total_losses: 1,
  total_bets_placed: 2,
  bets_this_game: 1,
  win_rate: 0,
  profit_factor: 0,
  sharpe: null,
  mean_return: null,
  active_bet: { game_id: GAME, start_tick: 200, end_tick: 240, amount: '0.01' },
  position: null,
  waiting: 0,
  history_length: 4,
};

const bet: PaperHappening = {
  kind: 'sidebet',
  gameId: GAME,
  startTick: 200,
  amount: '0.01',
  cash: '0.98',
};

/** A command of each action, as the documents show it. */
export const COMMAND_EXAMPLES: { [A in Command['action']]: CommandOf<A> } = {
  subscribe: { action: 'subscribe', channels: ['game.*', 'player.trade'], since: '8f3a12bc:1042' },
  unsubscribe: { action: 'unsubscribe', channels: ['player.trade'] },
  ping: { action: 'ping' },
  auth: { action: 'auth', token: '<token>' },
  pause: { action: 'pause' },
  resume: { action: 'resume', skip: false },
  replay: { action: 'replay', gameId: GAME, speed: 4 },
  step: { action: 'step', ticks: 10 },
  seek: { action: 'seek', tick: 100 },
  speed: { action: 'speed', speed: 'max' },
  next: { action: 'next' },
  previous: { action: 'previous' },
  stop: { action: 'stop' },
  join_live: {
    action: 'join_live',
    session_id: 'my-session',
    strategy: { kind: 'observer', name: 'by hand', initial_balance: '1' },
  },
  leave_live: { action: 'leave_live', session_id: 'my-session' },
  order: { action: 'order', session_id: 'my-session', side: 'buy', amount: '0.01', ref: '7' },
};

/** What the gateway answers when it does what a command says; otherwise it answers `error`. */
export const ANSWERS: Record<Command['action'], readonly Reply['type'][]> = {
  subscribe: ['subscribed', 'snapshot'],
  unsubscribe: ['unsubscribed'],
  ping: ['pong'],
  auth: ['authenticated'],
  pause: ['paused', 'replay'],
  resume: ['resumed', 'replay'],
  replay: ['replay'],
  step: ['replay'],
  seek: ['replay'],
  speed: ['replay'],
  next: ['replay'],
  previous: ['replay'],
  stop: ['replay', 'resumed'],
  join_live: ['live_joined'],
  leave_live: ['live_left'],
  order: ['live_bet'],
};

/** An answer or notice of each type, as the documents show it. */
export const REPLY_EXAMPLES: { [T in Reply['type']]: ReplyOf<T> } = {
  subscribed: {
    type: 'subscribed',
    channels: ['game.*', 'player.trade'],
    recovered: true,
    mode: 'lossless',
    id: PLACE,
  },
  snapshot: { type: 'snapshot', id: PLACE, events: [eventExample('game.start'), eventExample('game.tick')] },
  unsubscribed: { type: 'unsubscribed', channels: ['player.trade'] },
  pong: { type: 'pong', id: PLACE, timestamp: 1_769_860_815_000 },
  authenticated: { type: 'authenticated', role: 'trader' },
  paused: { type: 'paused', what: 'live', id: PLACE },
  resumed: { type: 'resumed', what: 'live', id: PLACE, skipped: 0 },
  replay: {
    type: 'replay',
    state: 'playing',
    gameId: GAME,
    tick: 100,
    ticks: 412,
    index: 0,
    games: 1,
    speed: 4,
  },
  goaway: { type: 'goaway', id: PLACE, reconnectInMs: 2_150 },
  live_joined: { type: 'live_joined', session, created: true },
  live_left: { type: 'live_left', session_id: 'my-session' },
  live_tick: {
    type: 'live_tick',
    session_id: 'my-session',
    gameId: GAME,
    tick: 212,
    price: '1.61',
    worth: '0.98',
    unrealized_pnl: '0',
    bet_ticks_left: 28,
  },
  live_game_start: { type: 'live_game_start', session_id: 'my-session', gameId: GAME },
  live_bet: { type: 'live_bet', session_id: 'my-session', bet, session },
  live_game_end: { type: 'live_game_end', session_id: 'my-session', gameId: GAME, rugTick: 231, session },
  error: {
    type: 'error',
    code: 'not_enough_cash',
    message: 'expected at most the cash of 0.98 SOL, was 2',
    action: 'order',
    ref: '7',
  },
};
