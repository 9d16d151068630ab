/** Chrome cannot run, and what to do about it. */
export class ChromeError extends Error {
  override readonly name = 'ChromeError';
}
