import { loadConfig } from '@vectra/service-kit/config';
import { Argument, Command, CommanderError } from 'commander';
import {
  address,
  channels as channelsOf,
  gameIds,
  peak,
  place,
  speed,
  tokenFile,
  wholeNumber,
} from './arguments.js';
import { EXIT, judge, UsageError } from './failure.js';
import { games } from './games.js';
import type { Target } from './gateway.js';
import { health } from './health.js';
import { endWithReader, outputOf, type Output } from './output.js';
import { joinPaper, leavePaper, orderPaper, SIDES, type Side } from './paper.js';
import { replay } from './replay.js';
import { sessions } from './sessions.js';
import { tail } from './tail.js';
import type { ReplaySpeed } from '@vectra/protocol';

interface Common {
  url?: string;
  tokenFile?: string;
  json?: boolean;
}

const stopping = new AbortController();

/** Does what a command asks; its exit status is that of the process, 0 unless it says otherwise. */
async function run(
  { url, tokenFile: token, json = false }: Common,
  act: (target: Target, output: Output) => Promise<number | undefined>,
): Promise<void> {
  const config = loadConfig(['GATEWAY_URL', 'VECTRA_TOKEN']);
  const target: Target = {
    url: url ?? config.GATEWAY_URL,
    token: token ?? config.VECTRA_TOKEN,
    stopping: stopping.signal,
  };
  process.exitCode = (await act(target, outputOf({ json }))) ?? EXIT.done;
}

const done = (acting: Promise<void>): Promise<undefined> => acting.then(() => undefined);

const program = new Command('vectra')
  .description('Watches, replays and trades on paper through the gateway.')
  .version('0.1.0')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  vectra tail 'game.*'                   every event of the game as it comes
  vectra tail --json '*' | jq .data      one JSON a line
  vectra games --min-peak 10             recorded games that got to 10x
  vectra replay 20251212-6114b2ff44ef4b71 --speed 4
  vectra health && echo all is well

GATEWAY_URL names the gateway (default http://127.0.0.1:8080), VECTRA_TOKEN is the token for what is not
for everybody. NO_COLOR=1 turns colours off; pipes and files get none. Ctrl-C ends what goes on and on.

Exit status: 0 done, or well; 1 refused, or not well; 2 wrong usage; 3 no gateway answers.`,
  );

/** Adds a command with the options that all have. */
function command(name: string, about: string, parent = program): Command {
  return parent
    .command(name)
    .description(about)
    .option('--url <address>', 'the gateway (default: GATEWAY_URL)', address)
    .option('--token-file <file>', 'a file with the token (default: VECTRA_TOKEN)', tokenFile)
    .option('--json', 'JSON, one value a line');
}

command('tail', 'events as they come')
  .argument('[channels...]', "types (game.tick), families ('game.*') or '*' (default: 'game.*')", channelsOf)
  .option('--since <id>', 'begin after this event, as in 8f3a12bc:1042', place)
  .option('--latest', 'leave out ticks rather than fall behind')
  .option('-n, --count <events>', 'end after so many', wholeNumber)
  .action((given: string[], options: Common & { since?: string; latest?: boolean; count?: number }) => {
    const { since, latest, count } = options;
    const channels = given.length === 0 ? ['game.*'] : given;
    const wanted = {
      ...{ channels, mode: latest === true ? ('latest' as const) : ('lossless' as const) },
      ...(since === undefined ? {} : { since }),
      ...(count === undefined ? {} : { count }),
    };
    return run(options, (target, output) => done(tail(target, wanted, output)));
  });

interface Filter {
  from?: string;
  to?: string;
  minPeak?: number;
}

function filtered(added: Command): Command {
  return added
    .option('--from <time>', 'started then or later: a day, or a time (ISO 8601, UTC)')
    .option('--to <time>', 'started then or earlier')
    .option('--min-peak <multiplier>', 'that got at least as high', peak);
}

const filterOf = ({ from, to, minPeak }: Filter): Filter => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(minPeak === undefined ? {} : { minPeak }),
});

filtered(command('games', 'recorded games, newest first'))
  .option('--limit <games>', 'at most so many', wholeNumber, 20)
  .action((options: Common & Filter & { limit: number }) =>
    run(options, (target, output) =>
      done(games(target, { ...filterOf(options), limit: options.limit }, output)),
    ),
  );

filtered(command('replay', 'recorded games, played again as events: those named, or found by the options'))
  .argument('[games...]', 'ids of games', gameIds)
  .option('--speed <times>', 'how many times faster than it was, 0.1 to 100, or max', speed, 1)
  .option('--continuous', 'go on with the games after it')
  .option('--channels <channels...>', "only these events (default: 'game.*')", channelsOf)
  .action(
    (
      ids: string[],
      options: Common & Filter & { speed: ReplaySpeed; continuous?: boolean; channels?: string[] },
    ) => {
      const query = filterOf(options);
      const isQuery = Object.keys(query).length > 0;
      if (isQuery === ids.length > 0) {
        throw new UsageError('expected ids of games, or --from, --to or --min-peak to find them by');
      }
      const { speed: pace, continuous = false, channels = ['game.*'] } = options;
      const what = { ...(isQuery ? { query } : { games: ids }), speed: pace, continuous, channels };
      return run(options, (target, output) => done(replay(target, what, output)));
    },
  );

command('health', 'whether all is well, and if not, what is ill and what to do').action((options: Common) =>
  run(options, health),
);

command('sessions', 'the sessions of paper trading, or one of them')
  .argument('[id]')
  .action((id: string | undefined, options: Common) =>
    run(options, (target, output) => done(sessions(target, id, output))),
  );

const paper = program.command('paper').description('trade on paper: virtual balances, nothing real');
command('join', 'join a session, or make it, and watch what happens in it', paper)
  .argument('<id>')
  .option('--strategy <file>', 'its strategy (JSON), to make it with')
  .action((id: string, options: Common & { strategy?: string }) => {
    const { strategy } = options;
    const wanted = strategy === undefined ? { id } : { id, strategyFile: strategy };
    return run(options, (target, output) => done(joinPaper(target, wanted, output)));
  });
command('order', 'buy, sell or bet by hand in a session', paper)
  .argument('<id>')
  .addArgument(new Argument('<side>').choices(SIDES))
  .argument('[amount]', 'SOL; of a sale the quantity, all without one')
  .action((id: string, side: Side, amount: string | undefined, options: Common) => {
    const wanted = amount === undefined ? { id, side } : { id, side, amount };
    return run(options, (target, output) => done(orderPaper(target, wanted, output)));
  });
command('leave', 'stop the strategy of a session; what is open is still settled', paper)
  .argument('<id>')
  .action((id: string, options: Common) =>
    run(options, (target, output) => done(leavePaper(target, id, output))),
  );

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
endWithReader(() => stopping.abort());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else if (stopping.signal.aborted) process.exitCode = EXIT.done;
  else {
    const { status, line } = judge(error);
    process.stderr.write(`vectra: ${line}\n`);
    process.exitCode = status;
  }
}
