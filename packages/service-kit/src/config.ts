import { variables, type Config, type VariableName } from './variables.js';

/** The environment does not fit. The message has one line a variable: its name, its value, what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRET = /PASSWORD|TOKEN|SECRET/;

/** A value as it may be shown: secrets and the credentials inside URLs hidden. */
function shown(name: string, value: string): string {
  if (SECRET.test(name)) return '(hidden)';
  return JSON.stringify(value.replace(/\/\/[^/@\s]*@/, '//(hidden)@'));
}

/**
 * Parses the named variables; an unset or empty one gets its fallback.
 *
 * @throws ConfigError listing every variable that does not fit.
 */
export function loadConfig<K extends VariableName>(
  names: readonly K[],
  env: Record<string, string | undefined> = process.env,
): Config<K> {
  const problems: string[] = [];
  const entries = names.map((name) => {
    const { schema, fallback } = variables[name];
    const given = env[name]?.trim();
    const value = given === undefined || given === '' ? fallback : given;
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const expected = parsed.error.issues.map((issue) => issue.message).join('; ');
      problems.push(`${name}=${shown(name, value ?? '')}: ${expected}`);
    }
    return [name, parsed.data] as const;
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return Object.fromEntries(entries) as Config<K>;
}
