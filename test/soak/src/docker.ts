import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Of what one command prints. */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * Runs `docker` and gives what it printed.
 *
 * @throws Error with the words of docker when it fails.
 */
export async function docker(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const { stdout } = await run('docker', [...args], { env, maxBuffer: MAX_BYTES });
    return stdout;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`docker ${args.slice(0, 4).join(' ')} failed: ${stderr.trim().slice(-2_000)}`, {
      cause: error,
    });
  }
}

const TRIES = 5;
const RETRY_MS = 1_000;

/** The same, again and again: an engine can't freeze a container whose processes wait for the disk just then. */
export async function insist(args: readonly string[]): Promise<string> {
  for (let tried = 1; ; tried++)
    try {
      return await docker(args);
    } catch (error) {
      if (tried === TRIES) throw error;
      await sleep(RETRY_MS);
    }
}

/** Why there is no soaking here; undefined when an engine with Compose answers. */
export async function whyNoDocker(): Promise<string | undefined> {
  try {
    await docker(['info']);
    await docker(['compose', 'version']);
    return undefined;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return `no Docker engine with Compose answers, and a soak runs on one (${words})`;
  }
}

export interface Container {
  id: string;
  service: string;
  /** As `feed-2`. */
  name: string;
}

/** The containers of a Compose project, running or not, by name. */
export async function containersOf(project: string): Promise<Container[]> {
  const format =
    '{{.ID}} {{.Label "com.docker.compose.service"}} {{.Label "com.docker.compose.container-number"}}';
  const filter = `label=com.docker.compose.project=${project}`;
  const lines = await docker(['ps', '--all', '--filter', filter, '--format', format]);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', service = '', number = ''] = line.split(' ');
      return { id, service, name: `${service}-${number}` };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
