import { readFileSync } from 'node:fs';
import { variables, type Config, type VariableName } from './variables.js';

/** The environment does not fit. The message has one line a variable: its name, its value, what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The text that the environment, or the file it names, has for a variable.
 *
 * @throws Error when it has both, or the file can't be read.
 */
function given(name: string, env: Record<string, string | undefined>): string | undefined {
  const [value, file] = [env[name]?.trim() ?? '', env[`${name}_FILE`]?.trim() ?? ''];
  if (file === '') return value === '' ? undefined : value;
  if (value !== '') throw new Error(`${name} and ${name}_FILE are both set: unset one of them`);
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    throw new Error(`${name}_FILE=${JSON.stringify(file)} can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const SECRET = /PASSWORD|TOKEN|SECRET/;

/** A value as it may be shown: secrets and the credentials inside URLs hidden. */
function shown(name: string, value: string): string {
  if (SECRET.test(name)) return '(hidden)';
  return JSON.stringify(value.replace(/\/\/[^/@\s]*@/, '//(hidden)@'));
}

/**
 * Parses the named variables; an unset or empty one gets its fallback. `<NAME>_FILE` names a file that has the value instead, as
 * secrets are given to containers.
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
    let value = fallback;
    try {
      value = given(name, env) ?? fallback;
    } catch (error) {
      problems.push((error as Error).message);
    }
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
