import type { Command } from './commandLine.js';
import { COMMON_VARIABLES, type ServiceDefinition } from './service.js';
import { variables, type VariableName } from './variables.js';

/** What `--help` prints: what the program is, what else it can be asked for, and every variable it reads with its default. */
export function usage(
  { name, about, variables: own }: Pick<ServiceDefinition<VariableName>, 'name' | 'about' | 'variables'>,
  commands: readonly Command[],
): string {
  const names = [...own, ...COMMON_VARIABLES];
  const asked = [
    ...commands.map((command) => [`${name} ${command.name}`, command.about] as const),
    [
      `${name} --help`,
      commands.length === 0 ? 'Shows this.' : 'Shows this; of a command, what it takes.',
    ] as const,
  ];
  return [
    `${name}: ${about}\n`,
    'Commands:',
    ...rows(asked),
    '\nConfigured by the environment:',
    ...rows(names.map((variable) => [variable, meaningOf(variable)])),
    '',
  ].join('\n');
}

function meaningOf(variable: VariableName): string {
  const { about, fallback } = variables[variable];
  return fallback === undefined || fallback === '' ? about : `${about} (default ${fallback})`;
}

function rows(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
}
