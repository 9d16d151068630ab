import type { Event, GameRecording } from '@vectra/protocol';
import { tally, type Tally } from '../../faults/tally.js';

/** Each game whose end the log tells has one file: `events` counts games. */
export function gameFiles(events: readonly Event[], recordings: readonly GameRecording[]): Tally {
  const ended = events.flatMap(({ type, gameId }) =>
    type === 'game.end' && gameId !== null ? [gameId] : [],
  );
  const numbers = new Map([...new Set(ended)].map((gameId, index) => [gameId, index + 1]));
  // One that is not known has the number 0, which is foreign. Their order on disk means nothing.
  const found = recordings.map(({ meta }) => numbers.get(meta.game_id) ?? 0).sort((a, b) => a - b);
  return tally(found, numbers.size);
}
