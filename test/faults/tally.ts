/** What became of the events 1 to `last` somewhere. All but `events` must be 0. */
export interface Tally {
  events: number;
  lost: number;
  duplicated: number;
  outOfOrder: number;
  /** Of another content than was published. */
  altered: number;
  /** Anything else that must not be there. */
  foreign: number;
}

export const flawless = (events: number): Tally => ({
  events,
  lost: 0,
  duplicated: 0,
  outOfOrder: 0,
  altered: 0,
  foreign: 0,
});

/** Compares what was found, in the order in which it was found, with the events from `first` to `last`. */
export function tally(seqs: readonly number[], last: number, first = 1): Tally {
  const seen = new Set<number>();
  const result = flawless(0);
  let highest = first - 1;
  for (const seq of seqs) {
    if (seq < first || seq > last) result.foreign++;
    else if (seen.has(seq)) result.duplicated++;
    else if (seq < highest) result.outOfOrder++;
    seen.add(seq);
    highest = Math.max(highest, seq);
  }
  for (let seq = first; seq <= last; seq++) if (seen.has(seq)) result.events++;
  result.lost = last - first + 1 - result.events;
  return result;
}
