#!/usr/bin/env node
import { runService, serviceUsage } from '@vectra/service-kit';
import { checkCommand } from './check/command.js';
import { feed } from './service.js';

const [name, ...rest] = process.argv.slice(2);
if (name === 'check') process.exitCode = await checkCommand(rest);
else if (name === '--help' || name === '-h')
  process.stdout.write(
    serviceUsage(
      feed,
      'Commands:\n  feed check  Listens for a while and says how the connection to the game is; see feed check --help.',
    ),
  );
else if (name === undefined) await runService(feed);
else {
  process.stderr.write(`feed: expected nothing, check or --help, was "${process.argv.slice(2).join(' ')}"\n`);
  process.exitCode = 2;
}
