import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Real data of the game, beside the repository. */
const folder = new URL('../../../../shared/rugs/', import.meta.url);

export const CAPTURES = ['2025-12-06_public', '2025-12-12_public', '2025-12-15_authenticated'] as const;

export function capturePath(name: (typeof CAPTURES)[number]): string {
  return fileURLToPath(new URL(`captures/${name}.jsonl`, folder));
}

export interface CapturedLine {
  event: string;
  data: unknown;
  direction?: string;
}

export function captureLines(name: (typeof CAPTURES)[number]): CapturedLine[] {
  return readFileSync(capturePath(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CapturedLine);
}

/** One real payload; without the trace where there is one. */
export function example(name: string): Record<string, unknown> {
  const { payload } = JSON.parse(readFileSync(new URL(`examples/${name}.json`, folder), 'utf8')) as {
    payload: unknown;
  };
  return (Array.isArray(payload) ? payload.at(-1) : payload) as Record<string, unknown>;
}
