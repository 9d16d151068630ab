import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { whyNoDocker } from './docker.js';
import { renderReport } from './report.js';
import { readSettings } from './settings.js';
import { Soak } from './soak.js';
import { Stack } from './stack.js';
import { problemsOf } from './verdict.js';

const say = (line: string): void => void process.stdout.write(`soak: ${line}\n`);
const complain = (line: string): void => void process.stderr.write(`soak: ${line}\n`);

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown: this is no clone of the repository';
  }
}

/** @returns the exit status: 0 when nothing was lost, doubled or different, 1 when something was, 2 when it could not run. */
async function main(): Promise<number> {
  const settings = readSettings(process.env);
  const obstacle = await whyNoDocker();
  if (obstacle !== undefined) throw new Error(obstacle);
  const version = commit();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const startedAt = new Date();
  const stack = await Stack.create(settings.speed);
  say(`${settings.minutes} minutes, ${settings.faults} faults, SOAK_SEED=${settings.seed}`);
  try {
    const story = await new Soak({ stack, settings, signal: stop.signal, say }).run();
    await writeFile(settings.report, renderReport(story, { settings, commit: version, startedAt }));
    const problems = problemsOf(story.outcome);
    for (const problem of problems) complain(problem);
    if (problems.length > 0) await writeFile(`${settings.report}.log`, await stack.logs());
    say(`${problems.length === 0 ? 'passed' : 'failed'}; the report is ${settings.report}`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) {
      say('stopped before its end');
      return 130;
    }
    complain(error instanceof Error ? error.message : String(error));
    await writeFile(`${settings.report}.log`, await stack.logs());
    complain(`what the containers wrote is in ${settings.report}.log`);
    return 2;
  } finally {
    if (settings.keep) say(`the containers stay; the gateway is ${stack.url}`);
    else {
      say('removing the containers');
      await stack.remove();
    }
  }
}

process.exitCode = await main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  return 2;
});
