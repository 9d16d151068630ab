import { variableGroups } from './variableGroups.js';
import { type VariableName, variables } from './variables.js';

/** The text of `.env.example`: every variable with its default and what it does. */
export function renderEnvExample(): string {
  const groups = Object.entries(variableGroups).map(([title, group]) => {
    const rows = (Object.keys(group) as VariableName[]).map((name) => {
      const { about, fallback } = variables[name];
      return `# ${about}\n#${name}=${fallback ?? ''}`;
    });
    return `## ${title}\n\n${rows.join('\n\n')}`;
  });
  return `# Copy to .env, and take the # from what you change. Every value here is the default; Docker Compose and local processes
# read the same variables. Each may also be given as a file, as Docker and Kubernetes give secrets: GATEWAY_TOKENS_FILE=/run/secrets/tokens
# reads GATEWAY_TOKENS from there. Made from packages/service-kit/src/variableGroups.ts by \`npm run env-example\`.

${groups.join('\n\n')}\n`;
}
