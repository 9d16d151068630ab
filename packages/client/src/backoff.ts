const FIRST_CEILING_MS = 250;
const LAST_CEILING_MS = 10_000;

/**
 * How long to wait before a connection attempt, in ms: anything from 0 up to a ceiling that doubles with each attempt
 * from 0.25 s to 10 s ("full jitter", so that the clients of a restarted gateway do not come back all at once).
 *
 * @param attempt counted from 1
 * @param random a number from 0 to 1
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** (attempt - 1));
}
