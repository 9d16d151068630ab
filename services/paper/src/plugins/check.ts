import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { strategy as strategySchema, type Strategy } from '@vectra/protocol';
import { defineCommand } from '@vectra/service-kit';
import { generatedGames } from '../backtest/generated.js';
import { BacktestRun, type Backtest } from '../backtest/run.js';
import type { Behaviour } from '../session/behaviour.js';
import { walletOf } from '../session/session.js';
import { PluginFiles } from './files.js';
import { openPlugin } from './load.js';
import { HOOKS, PluginError, type Description } from './plugin.js';

const GAMES = 200;
const SEED = 'check';

const HELP = `paper plugin check <file>

Loads a plug-in strategy, plays it with its own params and 1 SOL through ${GAMES} generated games, and says what it did. Then again in
two sandboxes by turns, as after restarts: what it remembers outside of view.memory shows.

Exit status: 0 all is well, 1 it cannot be loaded, failed, or remembers outside of view.memory, 2 wrong usage.
`;

/** `paper plugin` */
export const pluginCommand = defineCommand({
  name: 'plugin',
  about: 'Checks a plug-in strategy: paper plugin check <file>.',
  help: HELP,
  read: (args) => {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [action, file, ...more] = positionals;
    if (action !== 'check' || file === undefined || more.length > 0)
      throw new Error(`expected check <file>, was "${args.join(' ')}"`);
    return file;
  },
  run: async (file) => {
    const { report, isWell } = await checkPlugin(file);
    (isWell ? process.stdout : process.stderr).write(report);
    return isWell ? 0 : 1;
  },
});

/**
 * Loads a plug-in and plays it through so many games, as `paper plugin check` does.
 *
 * @throws PluginError when it cannot be loaded.
 */
export async function checkPlugin(file: string, count = GAMES): Promise<{ report: string; isWell: boolean }> {
  const name = basename(file).replace(/\.[jt]s$/, '');
  const strategy = strategySchema.safeParse({ kind: 'plugin', name, initial_balance: 1, module: name });
  if (!strategy.success)
    throw new PluginError(`${file}: expected a name of letters, digits, - and _, and .ts or .js`);
  const files = new PluginFiles(name, dirname(resolve(file)));
  const first = await openPlugin(files, {});
  const started = performance.now();
  const once = play(strategy.data, first.behaviour, count);
  const seconds = (performance.now() - started) / 1000;
  const turns = [first.behaviour, (await openPlugin(files, {})).behaviour] as const;
  const again = play(strategy.data, byTurns(turns), count);
  const lines = [...told(name, first.description), ...done(once, seconds), ...problems(once, again), ''];
  return { report: lines.join('\n'), isWell: problems(once, again).length === 0 };
}

function play(strategy: Strategy, behaviour: Behaviour, count: number): Backtest {
  const run = new BacktestRun(strategy, behaviour);
  for (const game of generatedGames(SEED, count)) run.play(game);
  return { session: run.session, ...run.take() };
}

/** Each call goes to the next of them: variables of the module would see only some of the calls. */
function byTurns(behaviours: readonly [Behaviour, Behaviour]): Behaviour {
  let calls = 0;
  const next = (): Behaviour => behaviours[calls++ % 2 === 0 ? 0 : 1];
  return {
    onGameStart: (view) => next().onGameStart?.(view),
    onTick: (view) => next().onTick?.(view),
    onGameEnd: (view) => next().onGameEnd?.(view),
  };
}

function told(name: string, { hooks, params }: Description): string[] {
  const given = Object.entries(params).map(([param, value]) => `${param} ${JSON.stringify(value)}`);
  const calls = HOOKS.filter((hook) => hooks.includes(hook));
  return [
    `plug-in      ${name}`,
    `called at    ${calls.length === 0 ? 'nothing: it has no hook' : calls.join(', ')}`,
    `params       ${given.length === 0 ? 'none' : given.join(', ')}`,
  ];
}

function done({ session, games, history }: Backtest, seconds: number): string[] {
  const count = (kind: string): number => history.filter((one) => one.kind === kind).length;
  const ticks = games.reduce((sum, { rugTick }) => sum + rugTick, 0);
  const refused = history.find((one) => one.kind === 'refused');
  return [
    `played       ${games.length} games, ${ticks.toLocaleString('en')} ticks in ${seconds.toFixed(1)} s`,
    `ordered      ${count('bought')} buys, ${count('sidebet')} sidebets, ${history.filter((one) => one.kind === 'sold' && one.by === 'order').length} sales; ${count('refused')} refused`,
    ...(refused === undefined ? [] : [`refused      the first: ${refused.message}`]),
    `wallet       ${session.trading.initial} -> ${walletOf(session.trading)} SOL`,
  ];
}

function problems(once: Backtest, again: Backtest): string[] {
  const { error } = once.session;
  if (error !== null) return [`failed       ${error}`];
  if (JSON.stringify(once.history) === JSON.stringify(again.history)) return [];
  return [
    'failed       it ordered something else when it was started anew in between: keep what is to be remembered in view.memory, not in variables of the module',
  ];
}
