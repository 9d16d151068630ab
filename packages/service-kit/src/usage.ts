import { variables, type VariableName } from './variables.js';

/** What `--help` prints: what the program is, and every variable it reads with its default. */
export function usage(name: string, about: string, names: readonly VariableName[]): string {
  const width = Math.max(...names.map((variable) => variable.length));
  const rows = names.map((variable) => {
    const { about: meaning, fallback } = variables[variable];
    const initial = fallback === undefined || fallback === '' ? '' : ` (default ${fallback})`;
    return `  ${variable.padEnd(width)}  ${meaning}${initial}`;
  });
  return `${name}: ${about}\n\nConfigured by the environment:\n${rows.join('\n')}\n`;
}
