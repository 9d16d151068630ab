import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { defineCommand } from '@vectra/service-kit';
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
import { renderHtml, type Reported } from './html.js';
import { summarize } from './summary.js';
import { renderText } from './text.js';

const HELP = `paper backtest --strategy <file> --games <folder|file|generated:<count>[:<seed>]>

Plays strategies through recorded games, in their order, by the same engine and rules as a live session of paper trading, and says
what they would have come to. Nothing is ever traded.

  --strategy <file>     a strategy as JSON; given more than once, the strategies are compared
${GAMES_HELP}
  --out <file>          also a report: .html (opens anywhere), or .json with every game and every bet
  --json                what each strategy came to as JSON, a line each
${WORK_HELP}

A strategy: {"name":"late","initial_balance":1,"entry_tick":200,"num_bets":4,"bet_sizes":[0.01,0.02,0.04,0.08]}
Exit status: 0 done, 1 a file could not be read or written, or a strategy failed, 2 wrong usage, 130 stopped by Ctrl-C.
`;

const OPTIONS = { strategy: { type: 'string', multiple: true }, ...WORK_OPTIONS } as const;

interface Arguments extends Work {
  strategies: string[];
}

/** `paper backtest` */
export const backtestCommand = defineCommand({
  name: 'backtest',
  about: 'Plays strategies through recorded or generated games.',
  help: HELP,
  read,
  run: interruptible(run),
});

function read(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { strategy: strategies } = values;
  if (strategies === undefined) throw new Error('expected --strategy <file>');
  return { strategies, ...readWork(values) };
}

async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const { query, plugins, jobs, out } = given;
  const strategies = await Promise.all(
    given.strategies.map(async (file) => (await readStrategy(file)).strategy),
  );
  await expectWritable(out);
  const bar = new ProgressBar();
  const onProgress = bar.tell.bind(bar);
  const done = await playGames({
    kind: 'backtest',
    strategies,
    query,
    plugins,
    jobs,
    signal,
    onProgress,
  }).finally(() => bar.clear());
  tellLeftOut(done.leftOut);
  const reported = done.sessions.map((session, index): Reported => {
    const backtest = { session, ...(done.slices[index] ?? { games: [], history: [] }) };
    return { backtest, summary: summarize(backtest, done.leftOut.length) };
  });
  const summaries = reported.map(({ summary }) => summary);
  if (out !== undefined)
    await writeFile(out, out.endsWith('.html') ? renderHtml(reported) : renderJson(reported));
  process.stdout.write(
    given.json ? summaries.map((summary) => `${JSON.stringify(summary)}\n`).join('') : renderText(summaries),
  );
  return summaries.every(({ error }) => error === null) ? 0 : 1;
}

function renderJson(reported: readonly Reported[]): string {
  const backtests = reported.map(({ summary, backtest: { games, history } }) => ({
    summary,
    games,
    history,
  }));
  return `${JSON.stringify({ backtests })}\n`;
}
