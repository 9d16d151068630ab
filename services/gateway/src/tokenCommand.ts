import { ROLE_MEANINGS, ROLES } from '@vectra/protocol';
import { defineCommand } from '@vectra/service-kit';
import { newToken } from './tokens.js';

const HELP = `gateway token <role>

Prints a new token, and its entry for GATEWAY_TOKENS. Give the token to whoever is to have it: it is kept nowhere, and cannot be
had from the entry. Several entries are separated by commas; a token is withdrawn by taking its entry out and starting the
gateway again.

Roles, each of which may do what those before it may:
${ROLES.map((role) => `  ${role.padEnd(8)}  ${ROLE_MEANINGS[role]}`).join('\n')}

Exit status: 0 done, 2 wrong usage.
`;

/** `gateway token` */
export const tokenCommand = defineCommand({
  name: 'token',
  about: 'Prints a new token of a role, and its entry for GATEWAY_TOKENS.',
  help: HELP,
  read: (args) => {
    const role = ROLES.find((known) => known === args[0]);
    if (role === undefined || args.length > 1)
      throw new Error(`expected a role, one of ${ROLES.join(', ')}, was "${args.join(' ')}"`);
    return role;
  },
  run: (role) => {
    const { token, entry } = newToken(role);
    process.stdout.write(`token:           ${token}\nGATEWAY_TOKENS:  ${entry}\n`);
    return 0;
  },
});
