const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** A server that has too much to do is left alone for longer. */
const FIRST_BUSY_DELAY_MS = 5_000;
const MAX_BUSY_DELAY_MS = 120_000;

/**
 * How long to wait before a connection is tried again, ms: doubled with each attempt, at most 15 s. Up to half of it is left to
 * chance, so that many who lost the same server do not come back together.
 *
 * @param attempt 1 = the first after a loss.
 */
export function retryDelay(attempt: number, firstDelayMs = FIRST_DELAY_MS, random = Math.random): number {
  return doubled(attempt, firstDelayMs, MAX_DELAY_MS) * (0.5 + random() / 2);
}

/** The same after a refusal because there is too much to do (429, 503): from 5 s to 2 min, with half as much again by chance. */
export function busyDelay(attempt: number, random = Math.random): number {
  return doubled(attempt, FIRST_BUSY_DELAY_MS, MAX_BUSY_DELAY_MS) * (1 + random() / 2);
}

function doubled(attempt: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(30, Math.max(0, attempt - 1)));
}
