import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { strategy, type Strategy } from '@vectra/protocol';
import { describeFailure, loadConfig } from '@vectra/service-kit';
import { z } from 'zod';
import { QUERY_HELP, QUERY_OPTIONS, readQuery, wholeOption, type GamesQuery } from './backtest/query.js';

const INTERRUPTED = 130;

/** Work that Ctrl-C stops: the exit status is 130 then. `stop` is aborted by it. */
export function interruptible<A>(
  work: (given: A, stop: AbortSignal) => Promise<number>,
): (given: A) => Promise<number> {
  return async (given) => {
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once('SIGINT', interrupt);
    try {
      return await work(given, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      process.stderr.write('stopped: nothing was written\n');
      return INTERRUPTED;
    } finally {
      process.removeListener('SIGINT', interrupt);
    }
  };
}

/** The strategy in a file, and the JSON that it is written as. @throws Error naming the file and what is wrong in it. */
export async function readStrategy(file: string): Promise<{ strategy: Strategy; written: unknown }> {
  const text = await readFile(file, 'utf8');
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${describeFailure(error)}`, { cause: error });
  }
  const parsed = strategy.safeParse(written);
  if (!parsed.success) throw new Error(`${file} is no strategy:\n${z.prettifyError(parsed.error)}`);
  return { strategy: parsed.data, written };
}

/** What every command that works through games takes. */
export const WORK_OPTIONS = {
  ...QUERY_OPTIONS,
  plugins: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
  jobs: { type: 'string' },
} as const;
export const GAMES_HELP = `${QUERY_HELP}
  --plugins <folder>    where plug-in strategies lie; by default PAPER_PLUGINS_DIR, else ./plugins`;
export const WORK_HELP = `  --jobs <count>        worker threads, by default one a core; the result is the same with any number
  --help                shows this`;

/** How a command works through games. */
export interface Work {
  query: GamesQuery;
  /** The folder of plug-ins. */
  plugins: string;
  /** Where a report goes. */
  out: string | undefined;
  json: boolean;
  /** Worker threads. */
  jobs: number;
}

type WorkValues = Parameters<typeof readQuery>[0] &
  Partial<Record<'plugins' | 'out' | 'jobs', string>> & { json: boolean };

/** @throws Error saying which option does not fit; ConfigError when the environment does not. */
export function readWork(values: WorkValues): Work {
  const { plugins, out, json, jobs } = values;
  if (out !== undefined && !/\.(html|json)$/.test(out))
    throw new Error(`--out: expected a name that ends with .html or .json, was "${out}"`);
  return {
    query: readQuery(values),
    plugins: plugins ?? loadConfig(['PAPER_PLUGINS_DIR']).PAPER_PLUGINS_DIR,
    out,
    json,
    jobs: wholeOption('--jobs', jobs) ?? availableParallelism(),
  };
}

/** Before hours of work rather than after. @throws Error when nothing can be written there. */
export async function expectWritable(out: string | undefined): Promise<void> {
  if (out === undefined) return;
  try {
    await access(dirname(out), constants.W_OK);
  } catch (error) {
    throw new Error(`--out: nothing can be written to ${dirname(out)}: ${describeFailure(error)}`, {
      cause: error,
    });
  }
}

const MOST_NAMED = 10;

/** Says on standard error which games were left out, and why. */
export function tellLeftOut(leftOut: readonly string[]): void {
  for (const reason of leftOut.slice(0, MOST_NAMED)) process.stderr.write(`left out: ${reason}\n`);
  if (leftOut.length > MOST_NAMED)
    process.stderr.write(`left out: ${(leftOut.length - MOST_NAMED).toLocaleString('en')} more\n`);
}
