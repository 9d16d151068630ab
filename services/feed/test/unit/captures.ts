import { readdirSync, readFileSync } from 'node:fs';
import type { UpstreamEvent } from '../../src/wire.js';

const folder = new URL('../../../../../shared/rugs/captures/', import.meta.url);

/** Names of the captured real sessions. */
export const captures = readdirSync(folder);

interface Line {
  ts: string;
  event: string;
  data: unknown;
  direction?: string;
}

/** What upstream sent in a captured session, in order. */
export function upstreamEventsOf(capture: string): UpstreamEvent[] {
  return readFileSync(new URL(capture, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
    .filter(({ event, direction }) => direction !== 'sent' && event !== 'connect')
    .map(({ ts, event, data }) => ({ name: event, args: [data], receivedAt: Date.parse(ts) }));
}

interface Frame {
  gameHistory?: { id: string; prices?: number[] }[];
}

/** The prices of finished games as the capture's own `gameHistory` gives them, by game id. */
export function historyOf(events: readonly UpstreamEvent[]): Map<string, number[]> {
  const entries = events
    .filter(({ name }) => name === 'gameStateUpdate')
    .flatMap(({ args }) => (args[0] as Frame).gameHistory ?? []);
  return new Map(entries.flatMap(({ id, prices }) => (prices === undefined ? [] : [[id, prices]])));
}
