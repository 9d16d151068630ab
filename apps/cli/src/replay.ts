import type { ReplayOptions } from '@vectra/client';
import { connected, type Target } from './gateway.js';
import type { Output } from './output.js';
import { printEvents } from './tail.js';

/** Recorded games, played again as events. */
export async function replay(
  target: Target,
  { channels, ...what }: ReplayOptions & { channels: string[] },
  output: Output,
): Promise<void> {
  await connected(target, { channels, output }, async (connection) => {
    const playing = await connection.replay(what);
    let game: string | null = null;
    playing.on('status', (status) => {
      if (status.gameId === game || status.gameId === null || status.games === 1) return;
      game = status.gameId;
      output.note(`game ${status.index + 1} of ${status.games}: ${game}`);
    });
    await printEvents(playing, output);
  });
}
