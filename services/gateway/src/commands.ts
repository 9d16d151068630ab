import { command, MAX_COMMAND_BYTES, type Command, type Reply } from '@vectra/protocol';
import { z } from 'zod';

export type Refusal = Extract<Reply, { type: 'error' }>;

const ACTIONS = command.options.map((option) => option.shape.action.value).join(', ');
const addressed = z.object({
  action: z.string(),
  ref: z.string().min(1).max(64).optional().catch(undefined),
});

export function refusal(code: Refusal['code'], message: string, action: string | null = null): Refusal {
  return { type: 'error', code, message, action: action === null ? null : action.slice(0, 50) };
}

/** Reads one message of a client: a command, or the answer that says what is wrong with it. */
export function readCommand(data: Buffer, isBinary: boolean): Command | Refusal {
  if (isBinary)
    return refusal('bad_json', 'expected a text message with a JSON object, was a binary message');
  if (data.byteLength > MAX_COMMAND_BYTES) {
    return refusal('too_large', `expected at most ${MAX_COMMAND_BYTES} bytes, was ${data.byteLength}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return refusal(
      'bad_json',
      `expected a JSON object, was ${JSON.stringify(data.toString('utf8').slice(0, 60))}`,
    );
  }
  const parsed = command.safeParse(value);
  return parsed.success ? parsed.data : badCommand(value, parsed.error);
}

function badCommand(value: unknown, error: z.ZodError): Refusal {
  const named = addressed.safeParse(value);
  if (!named.success) {
    return refusal('bad_command', `expected an object with an action, one of: ${ACTIONS}`);
  }
  const { action, ref } = named.data;
  const told = ref === undefined ? {} : { ref };
  if (!command.options.some((option) => option.shape.action.value === action)) {
    const message = `unknown action ${JSON.stringify(action.slice(0, 50))}; known: ${ACTIONS}`;
    return { ...refusal('bad_command', message, action), ...told };
  }
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).slice(0, 5);
  return { ...refusal('bad_command', problems.join('; '), action), ...told };
}
