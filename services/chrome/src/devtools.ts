import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const ANSWER_MS = 3_000;
/** Where Chrome writes the port it took, when it was free to choose: the first line. */
const PORT_FILE = 'DevToolsActivePort';

const version = z.object({ Browser: z.string() });

/** Forgets which port the last run chose. */
export async function forgetPort(profileDir: string): Promise<void> {
  await rm(join(profileDir, PORT_FILE), { force: true });
}

/** The port that Chrome chose; undefined while it has not. */
export async function chosenPort(profileDir: string): Promise<number | undefined> {
  const text = await readFile(join(profileDir, PORT_FILE), 'utf8').catch(() => ''); // not yet
  const port = Number(/^(\d+)\n/.exec(text)?.[1]);
  return Number.isNaN(port) ? undefined : port;
}

/** Asks for the browser's version, as `Chrome/156.0.8078.79`; undefined when it does not answer within 3 s. */
export async function askDevTools(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return version.parse(await response.json()).Browser;
  } catch {
    return undefined; // whatever the reason: no answer that counts
  }
}
