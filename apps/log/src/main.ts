import { Command, InvalidArgumentError } from 'commander';
import { createLogger, describeFailure, loadConfig } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import {
  discardDeadLetters,
  drainLog,
  listDeadLetters,
  renewLog,
  replayDeadLetters,
  showState,
  type Output,
} from './commands.js';

/** Opens the log, does one thing, and closes it; the exit status tells whether all of it could be done. */
async function withLog(act: (log: EventLog, output: Output) => Promise<boolean>): Promise<void> {
  const output: Output = {
    json: program.opts<{ json?: boolean }>().json === true,
    write: (text) => void process.stdout.write(text),
  };
  try {
    const config = loadConfig(['REDIS_URL', 'STREAM', 'LOG_LEVEL', 'LOG_FORMAT']);
    const log = await EventLog.open({
      url: config.REDIS_URL,
      stream: config.STREAM,
      name: 'log',
      log: createLogger('vectra-log', config, process.stderr),
    });
    try {
      if (!(await act(log, output))) process.exitCode = 1;
    } finally {
      await log.close();
    }
  } catch (error) {
    process.stderr.write(`vectra-log: ${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

const WRONG_USAGE = 2;

function wholeSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError(`expected whole seconds, was "${text}"`);
  return Number(text);
}

const program = new Command('vectra-log')
  .description("The log's state, its groups, and their dead letters. REDIS_URL and STREAM say which log.")
  .option('--json', 'print JSON')
  .addHelpText('after', '\nExit status: 0 done, 1 not all of it could be done, 2 wrong usage.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));

program
  .command('state')
  .description('epoch, extent, and every group with its lag')
  .action(() => withLog(showState));

program
  .command('drain')
  .argument('[seconds]', 'how long to wait', wholeSeconds, 120)
  .description('wait until every group that lasts has processed all that is stored')
  .action((seconds: number) => withLog((log, output) => drainLog(log, seconds, output)));
program
  .command('renew')
  .description(
    'begin another history, after Redis was brought back from a copy: drops the stored events; no feed may run',
  )
  .action(() => withLog(renewLog));

const deadLetters = program.command('dead-letters').description('what groups could not process');
deadLetters
  .command('list')
  .argument('[group]', 'one group; without it, how many each group has')
  .description('the dead letters of a group, with the reason')
  .action((group: string | undefined) => withLog((log, output) => listDeadLetters(log, group, output)));
deadLetters
  .command('replay')
  .argument('<group>')
  .argument('[entries...]', 'entry ids such as 1042-0; without them, all')
  .description('have them delivered to the group again')
  .action((group: string, ids: string[]) =>
    withLog((log, output) => replayDeadLetters(log, { group, ids }, output)),
  );
deadLetters
  .command('discard')
  .argument('<group>')
  .argument('<entries...>', 'entry ids such as 1042-0')
  .description('drop them for good')
  .action((group: string, ids: string[]) =>
    withLog((log, output) => discardDeadLetters(log, { group, ids }, output)),
  );

await program.parseAsync();
