import { describeFailure } from './failure.js';
import { runService, type ServiceDefinition } from './service.js';
import { usage } from './usage.js';
import type { VariableName } from './variables.js';

const FAILED = 1;
const WRONG_USAGE = 2;

/** What a program can be asked for besides running its service. `A`: its arguments, once they are read. */
export interface CommandDefinition<A> {
  /** As it is typed after the name of the program. */
  name: string;
  /** One sentence for the program's `--help`. */
  about: string;
  /** What its own `--help` prints. */
  help: string;
  /** @throws Error saying what is wrong with the arguments. */
  read: (args: readonly string[]) => A;
  /** Does it, and gives the exit status. What it throws is told, and the status is 1 then. */
  run: (given: A) => number | Promise<number>;
}

/** A command whose arguments are its own affair. */
export interface Command {
  name: string;
  about: string;
  /** Takes what is typed after its name; gives the exit status. Results go to standard output, all else to standard error. */
  run: (program: string, args: readonly string[]) => Promise<number>;
}

export function defineCommand<A>({ name, about, help, read, run }: CommandDefinition<A>): Command {
  return {
    name,
    about,
    run: async (program, args) => {
      const { stdout, stderr } = process;
      const title = `${program} ${name}`;
      if (asksForHelp(args)) {
        stdout.write(help);
        return 0;
      }
      let given;
      try {
        given = read(args);
      } catch (error) {
        stderr.write(`${title}: ${describeFailure(error)}\n${title} --help shows what it takes\n`);
        return WRONG_USAGE;
      }
      try {
        return await run(given);
      } catch (error) {
        stderr.write(`${title}: ${describeFailure(error)}\n`);
        return FAILED;
      }
    },
  };
}

/** A program's life: without arguments its service runs; otherwise what they ask for is done. */
export async function runProgram<K extends VariableName>(
  service: ServiceDefinition<K>,
  commands: readonly Command[] = [],
): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  const command = commands.find((one) => one.name === name);
  if (name === undefined) await runService(service);
  else if (command !== undefined) process.exitCode = await command.run(service.name, rest);
  else if (asksForHelp([name])) process.stdout.write(usage(service, commands));
  else {
    const known = ['nothing', ...commands.map((one) => one.name)].join(', ');
    const was = [name, ...rest].join(' ');
    process.stderr.write(`${service.name}: expected ${known} or --help, was "${was}"\n`);
    process.exitCode = WRONG_USAGE;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h');
}
