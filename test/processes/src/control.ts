import { createInterface } from 'node:readline';

/** One line of JSON on standard output, for whoever started this program. */
export function say(fields: { kind: string } & Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

/** Obeys the words that arrive on standard input, a line each. Its end means that whoever started this is gone. */
export function obey(commands: Record<string, () => void>): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (word) => commands[word]?.());
  lines.on('close', () => process.exit(0));
}

/** What the log says, on standard error. */
const tell =
  (level: string) =>
  (fields: object, message: string): void =>
    void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
export const logSink = { info: tell('info'), warn: tell('warn'), error: tell('error') };
