import type { GameRecording } from '@vectra/protocol';
import { multiplier } from '../app/words.js';
import type { Bin } from './distribution.js';

/** `20251207-1c1ca4cce9ac71e7` -> `e9ac71e7`, as the files are named. */
export function shortId(gameId: string): string {
  return gameId.slice(-8);
}

/** A part of 1: `0.4512` -> `45.1 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * From start to end: `57.3` -> `57 s`, `154` -> `2 min 34 s`. A dash when the end is not known, or no tick was received
 * live: then its times say only when the game became known.
 */
export function lengthWords(
  game: Pick<GameRecording['meta'], 'start_time' | 'end_time' | 'duration_ticks' | 'backfilled_ticks'>,
): string {
  const { start_time: start, end_time: end } = game;
  if (end === null || game.backfilled_ticks > game.duration_ticks) return '–';
  const seconds = Math.round((Date.parse(end) - Date.parse(start)) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1.10x to 1.25x`, `100x and more` */
export function peakBinWords({ from, to }: Bin): string {
  return to === Infinity ? `${brief(from)}x and more` : `${brief(from)}x to ${brief(to)}x`;
}

/** `25 to 49`, `1200 and more` */
export function tickBinWords({ from, to }: Bin): string {
  return to === Infinity ? `${from} and more` : `${from} to ${to - 1}`;
}

/** `[5, 9]` -> `5 to 9`, `[5, 5]` -> `5` */
export function rangeWords({ from, to }: { from: number; to: number }): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

export function verdictWords(verified: boolean | null): string {
  if (verified === null) return 'its seed is not known yet';
  return verified ? 'agrees with its seed' : 'does not agree with its seed';
}

function brief(edge: number): string {
  return edge < 2 ? multiplier(edge) : String(edge);
}
