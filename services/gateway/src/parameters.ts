import { z } from 'zod';
import { badQuery, type ApiError } from './errors.js';

const MOST_TOLD = 5;
const fields = z.record(z.string(), z.unknown());

/**
 * Reads what was given with a request.
 *
 * @throws ApiError 400 naming each parameter that does not fit, its value and what was expected.
 */
export function readParameters<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw refused(parsed.error, given, schema);
  return parsed.data;
}

/** As `readParameters`, in the form in which Fastify asks. */
export function validator({ schema }: { schema: z.ZodType }) {
  return (given: unknown) => {
    const parsed = schema.safeParse(given);
    return parsed.success ? { value: parsed.data } : { error: refused(parsed.error, given, schema) };
  };
}

function refused(error: z.ZodError, given: unknown, schema: z.ZodType): ApiError {
  const values = fields.safeParse(given).data ?? {};
  const problems = error.issues.map((issue) => {
    const name = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      const known = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
      return `unknown parameter ${shortened(issue.keys.join(', '))}; expected one of ${known}`;
    }
    return name === '' ? issue.message : `${name}=${shown(values[name])}: ${issue.message}`;
  });
  return badQuery(problems.slice(0, MOST_TOLD).join('; '));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
