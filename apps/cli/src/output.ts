import { once } from 'node:events';
import { paintFor, type Paint } from './paint.js';

/** Where results go: text for people, or JSON, one value a line. What is not the result goes to stderr. */
export interface Output {
  json: boolean;
  paint: Paint;
  /** Writes a line; resolves once there is room for more. */
  write: (text: string) => Promise<void>;
  /** A note that is no result. */
  note: (text: string) => void;
}

export function outputOf({ json }: { json: boolean }): Output {
  const { stdout, stderr, env } = process;
  const paintNote = paintFor(stderr, env);
  return {
    json,
    paint: json ? (_format, text) => text : paintFor(stdout, env),
    async write(text) {
      if (!stdout.write(`${text}\n`)) await once(stdout, 'drain');
    },
    note: (text) => void stderr.write(`${paintNote('dim', text)}\n`),
  };
}

/** What is read from the pipe has been read: `vectra tail | head` ends without an error. */
export function endWithReader(end: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    end();
  });
}
