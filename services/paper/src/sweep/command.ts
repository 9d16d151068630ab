import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { defineCommand } from '@vectra/service-kit';
import { wholeOption } from '../backtest/query.js';
import {
  expectWritable,
  GAMES_HELP,
  interruptible,
  readStrategy,
  readWork,
  tellLeftOut,
  WORK_HELP,
  WORK_OPTIONS,
  type Work,
} from '../commandLine.js';
import { playGames } from '../crew/crew.js';
import { ProgressBar } from '../progress.js';
import { renderSweepHtml } from './html.js';
import { MEASURES, type Measure } from './outcome.js';
import { gridOf, randomOf, readParameter, type Combination, type Parameter } from './parameters.js';
import { reportOf } from './report.js';
import { renderSweep } from './text.js';

const HELP = `paper sweep --strategy <file> --games <games> --vary <field>=<values> [--vary ...]

Plays a strategy with every combination of parameters through the first of the games (training), ranks them, and shows beside each
what it came to in the games after those (test), which decide nothing. Says how good the best of so many would look by chance alone.

  --strategy <file>     the strategy as JSON that is varied
  --vary <field>=<from>:<to>:<step>, --vary <field>=<value>,<value>
                        a field by its path (entry_tick, sizing.of, bet_sizes.0), and what it can be; none leaves it away
  --random <count>      so many combinations at random instead of all; a field may then be <from>:<to>, with as many decimals as given
  --seed <number>       of the random combinations, by default 1
  --train <share>       the share of the games, by time, that is for training; by default 0.7
  --rank <measure>      ${MEASURES.join(', ')}; by default the first
  --min-staked <count>  a combination that staked in fewer training games is not ranked; by default 30
${GAMES_HELP}
  --top <count>         rows on the terminal, by default 20
  --out <file>          also a report: .html (opens anywhere), or .json with every combination
  --json                the report as JSON
${WORK_HELP}

Exit status: 0 done, 1 a file could not be read or written, or parameters do not fit, 2 wrong usage, 130 stopped by Ctrl-C.
`;

const OPTIONS = {
  strategy: { type: 'string' },
  vary: { type: 'string', multiple: true },
  random: { type: 'string' },
  seed: { type: 'string' },
  train: { type: 'string', default: '0.7' },
  rank: { type: 'string', default: MEASURES[0] },
  'min-staked': { type: 'string' },
  top: { type: 'string' },
  ...WORK_OPTIONS,
} as const;

interface Arguments extends Work {
  strategy: string;
  parameters: Parameter[];
  random: { count: number; seed: number } | undefined;
  train: number;
  measure: Measure;
  minStaked: number;
  top: number;
}

/** `paper sweep` */
export const sweepCommand = defineCommand({
  name: 'sweep',
  about: 'Looks for the parameters of a strategy, and says what is luck.',
  help: HELP,
  read,
  run: interruptible(run),
});

function read(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { strategy, vary, random, seed, train, rank, top } = values;
  if (strategy === undefined) throw new Error('expected --strategy <file>');
  if (vary === undefined)
    throw new Error('expected --vary <field>=<values>, for example --vary entry_tick=100:300:50');
  const measure = MEASURES.find((one) => one === rank);
  if (measure === undefined) throw new Error(`--rank: expected ${MEASURES.join(', ')}, was "${rank}"`);
  const share = Number(train);
  if (!(share > 0 && share < 1))
    throw new Error(`--train: expected a share above 0 and below 1, like 0.7, was "${train}"`);
  const parameters = vary.map(readParameter);
  const twice = parameters.find(
    ({ path }, index) => parameters.findIndex((one) => one.path === path) !== index,
  );
  if (twice !== undefined)
    throw new Error(`--vary ${twice.path} is there twice: give all its values at once`);
  const combinations = wholeOption('--random', random);
  return {
    ...readWork(values),
    ...{ strategy, parameters, measure, train: share },
    random:
      combinations === undefined
        ? undefined
        : { count: combinations, seed: wholeOption('--seed', seed) ?? 1 },
    minStaked: wholeOption('--min-staked', values['min-staked']) ?? 30,
    top: wholeOption('--top', top) ?? 20,
  };
}

async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const { parameters, random, train, measure, minStaked, query, plugins, jobs, out } = given;
  const { strategy, written } = await readStrategy(given.strategy);
  const combinations: Combination[] =
    random === undefined ? gridOf(written, parameters) : randomOf(written, parameters, random);
  await expectWritable(out);
  const bar = new ProgressBar();
  const done = await playGames({
    ...{ kind: 'sweep', query, plugins, jobs, train, signal, onProgress: bar.tell.bind(bar) },
    strategies: combinations.map((combination) => combination.strategy),
  }).finally(() => bar.clear());
  const { outcomes, games, trainGames } = done;
  tellLeftOut(done.leftOut);
  if (trainGames === 0 || trainGames === games)
    throw new Error(
      `${games} games leave none for training or for the test: take more games, or another --train`,
    );
  const report = reportOf({
    ...{ strategy, combinations, outcomes, measure, minStaked, games, trainGames },
    leftOut: done.leftOut.length,
  });
  const json = `${JSON.stringify(report)}\n`;
  if (out !== undefined) await writeFile(out, out.endsWith('.html') ? renderSweepHtml(report) : json);
  process.stdout.write(given.json ? json : renderSweep(report, given.top));
  return 0;
}
