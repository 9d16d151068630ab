#!/usr/bin/env node
import { runService, serviceUsage } from '@vectra/service-kit';
import { controlCommand } from './control/command.js';
import { importCommand } from './import/command.js';
import { queryCommand } from './query/command.js';
import { rebuildCommand } from './rebuildCommand.js';
import { recorderService } from './service.js';
import { storeCommand } from './store/command.js';
import { verifyCommand } from './verifyCommand.js';

interface Command {
  about: string;
  /** Takes the arguments after the command's name; gives the exit status. */
  run: (args: readonly string[]) => Promise<number>;
}

/** What the recorder can be asked for besides recording. */
const COMMANDS: Readonly<Record<string, Command>> = {
  rebuild: { about: 'Derives every file anew from the journal in RUGS_DATA_DIR.', run: rebuildCommand },
  import: { about: 'Reads old recordings and raw captures into RUGS_DATA_DIR.', run: importCommand },
  pause: { about: 'Stops recording from the next game on.', run: (args) => controlCommand('pause', args) },
  resume: { about: 'Records again from the next game on.', run: (args) => controlCommand('resume', args) },
  status: { about: 'Says whether the recorders record.', run: (args) => controlCommand('status', args) },
  query: { about: 'Runs an SQL query over the event store in RUGS_DATA_DIR.', run: queryCommand },
  store: { about: 'Counts the event store beside the journal: recorder store verify.', run: storeCommand },
  verify: { about: 'Derives recorded games again from their seeds.', run: verifyCommand },
};

const row = (name: string, about: string): string => `  ${name.padEnd(18)}${about}`;

const HELP = serviceUsage(
  recorderService,
  [
    'Commands:',
    ...Object.entries(COMMANDS).map(([name, { about }]) => row(`recorder ${name}`, about)),
    row('recorder --help', 'Shows this; recorder <command> --help tells what a command takes.'),
  ].join('\n'),
);

const [name, ...rest] = process.argv.slice(2);
const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (name === undefined) await runService(recorderService);
else if (command !== undefined) process.exitCode = await command.run(rest);
else if (name === '--help' || name === '-h') process.stdout.write(HELP);
else {
  process.stderr.write(
    `recorder: expected nothing, ${Object.keys(COMMANDS).join(', ')} or --help, was "${process.argv.slice(2).join(' ')}"\n`,
  );
  process.exitCode = 2;
}
