import { ROLE_MEANINGS, ROLES } from '@vectra/protocol';
import { newToken } from './tokens.js';

const HELP = `gateway token <role>

Prints a new token, and its entry for GATEWAY_TOKENS. Give the token to whoever is to have it: it is kept nowhere, and cannot be
had from the entry. Several entries are separated by commas; a token is withdrawn by taking its entry out and starting the
gateway again.

Roles, each of which may do what those before it may:
${ROLES.map((role) => `  ${role.padEnd(8)}  ${ROLE_MEANINGS[role]}`).join('\n')}

Exit status: 0 done, 2 wrong usage.
`;

/** Runs `gateway token`; gives the exit status. */
export function tokenCommand(args: readonly string[]): number {
  const { stdout, stderr } = process;
  if (args.includes('--help') || args.includes('-h')) {
    stdout.write(HELP);
    return 0;
  }
  const role = ROLES.find((known) => known === args[0]);
  if (role === undefined || args.length > 1) {
    stderr.write(`gateway token: expected a role, one of ${ROLES.join(', ')}, was "${args.join(' ')}"\n`);
    return 2;
  }
  const { token, entry } = newToken(role);
  stdout.write(`token:           ${token}\nGATEWAY_TOKENS:  ${entry}\n`);
  return 0;
}
