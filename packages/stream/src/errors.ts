/** Another instance holds the role or group now; this one must not act for it any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The log's history is not the one this writer or reader knows: Redis was emptied, or another log began. */
export class EpochChangedError extends Error {
  override readonly name = 'EpochChangedError';
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`the log's epoch is ${found}, expected ${expected}`);
    this.expected = expected;
    this.found = found;
  }
}

/** Redis lacks events that were stored before; `last` is the newest it has. */
export class GapError extends Error {
  override readonly name = 'GapError';
  readonly last: number;
  constructor(last: number) {
    super(`the log ends at ${last}`);
    this.last = last;
  }
}

/** Somebody else wrote into the log; `from` is the first seq that is not this writer's. */
export class ForeignEntryError extends Error {
  override readonly name = 'ForeignEntryError';
  readonly from: number;
  constructor(from: number) {
    super(`the log holds entries from ${from} on that the feed did not write`);
    this.from = from;
  }
}

/** A slot of paper trading is not what a change builds on: Redis lost its newest, or holds more. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/** Redis is reachable but must not be used as it is set up. */
export class UnsuitableRedisError extends Error {
  override readonly name = 'UnsuitableRedisError';
}

/** Turns a script's error reply into its class; other errors stay as they are. */
export function fromReply(error: unknown, expectedEpoch = ''): unknown {
  if (!(error instanceof Error)) return error;
  const [code, detail = ''] = error.message.split(' ', 2);
  if (code === 'FENCED')
    return new FencedError(`another owner exists (fencing token ${detail})`, { cause: error });
  if (code === 'REVISION') return new RevisionError(`the slot has revision ${detail}`, { cause: error });
  if (code === 'EPOCH') return new EpochChangedError(expectedEpoch, detail);
  if (code === 'GAP') return new GapError(Number(detail));
  if (code === 'FOREIGN') return new ForeignEntryError(Number(detail));
  return error;
}
