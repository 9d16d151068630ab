import { randomBytes } from 'node:crypto';
import type { Phase } from '@vectra/protocol';
import { Counter } from 'prom-client';
import { openBroadcast } from './broadcast.js';
import { EndedGames } from './ended.js';
import { serveFaults } from './faults/routes.js';
import { fullFrame, type Moment } from './generator/frames.js';
import { Owner } from './generator/owner.js';
import { Random } from './generator/random.js';
import { Script, withTrace } from './generator/script.js';
import { startPacer } from './pacer.js';
import type { SimulatorContext } from './service.js';

/** About one snapshot in three arrives after a newer tick, as seen on the real server. */
const LATE_SNAPSHOTS = 1 / 3;

/** Plays generated games to every client until the function it returns is called. */
export function startGames(context: SimulatorContext): () => void {
  const { config, log, metrics, http } = context;
  const seed = config.SIMULATOR_SEED ?? randomBytes(8).toString('hex');
  const startsAt = config.SIMULATOR_SEED === undefined ? Date.now() : startOf(seed);
  const speed = config.SIMULATOR_SPEED;
  const script = new Script({ seed, startsAt });
  const chance = new Random(`${seed}/connections`);
  const ended = new EndedGames(script.opening.archive);
  const traces = new Random(`${seed}/owner/traces`);
  const traced = (event: string, payload: unknown): unknown[] => withTrace(traces, event, payload);
  const games = new Counter({
    name: 'simulator_games_total',
    help: 'Generated games that have ended.',
    registers: [metrics],
  });
  const owner = new Owner(seed, script.opening);
  let moment = script.opening;

  const broadcast = openBroadcast({
    http: http.server,
    metrics,
    onDrift: ({ field, by }) => owner.tamper(field, by),
    onClient: (sendTo, audience) => {
      const late = moment.active && !moment.rugged && chance.chance(LATE_SNAPSHOTS);
      sendTo('gameStateUpdate', [fullFrame(moment, 'prices')], late ? 'afterNext' : 'now');
      if (audience === 'public') return;
      for (const { event, payload } of owner.welcome(moment)) sendTo(event, traced(event, payload), 'now');
    },
  });
  const stopPacer = startPacer({
    items: script.messages(),
    speed,
    play: (message) => {
      moment = message.moment;
      games.inc(ended.observe(moment.archive));
      broadcast.send(message.event, message.args);
      if (message.event !== 'gameStateUpdate') return;
      for (const { event, payload } of owner.observe(moment, message.at))
        broadcast.send(event, traced(event, payload), 'page');
    },
    onError: (error) => context.fail(error),
  });

  http.get('/api/simulator', () => ({
    mode: 'generated',
    seed,
    speed,
    gameId: moment.game.id,
    tick: moment.tickCount,
    phase: phaseOf(moment),
    gamesFinished: ended.count,
  }));
  http.get('/api/simulator/games', () => ended.list);
  http.get('/api/simulator/account', () => {
    const { id: playerId, username } = owner.player;
    return { playerId, username, cash: owner.cash, ledger: owner.ledger };
  });
  serveFaults(context, broadcast.faults);
  log.info({ seed, speed }, 'playing generated games');

  return () => {
    stopPacer();
    broadcast.close();
  };
}

/** With a seed the clock is part of what repeats: a day of 2025, which only the seed decides. */
function startOf(seed: string): number {
  return Date.UTC(2025, 0, 1, 12) + new Random(`${seed}/start`).int(0, 364) * 86_400_000;
}

function phaseOf({ active, rugged, tickCount, allowPreRoundBuys }: Moment): Phase {
  if (rugged) return 'RUG_EVENT_1';
  if (active) return tickCount > 0 ? 'ACTIVE_GAMEPLAY' : 'GAME_ACTIVATION';
  return allowPreRoundBuys ? 'PRESALE' : 'COOLDOWN';
}
