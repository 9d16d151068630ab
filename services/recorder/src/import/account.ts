/** What becomes of a line. Every line that was read is of exactly one kind, so the kinds add up to the lines. */
export const LINE_KINDS = [
  'used',
  'repaired',
  'duplicate',
  'conflict',
  'idle',
  'other',
  'blank',
  'unreadable',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** In words, for the report. */
export const LINE_MEANING: Readonly<Record<LineKind, string>> = {
  used: 'gave a tick, a start, an end or a seed',
  repaired: 'damaged, rows recovered from them',
  duplicate: 'said again what was known',
  conflict: 'gave another price for a known tick: the first stands',
  idle: 'cooldown, presale, and after the rug: no tick',
  other: 'not of a game: sessions, comments, other events',
  blank: 'empty',
  unreadable: 'damaged beyond recovery',
};

export type LineAccount = Record<LineKind, number>;

export function newAccount(): LineAccount {
  return { used: 0, repaired: 0, duplicate: 0, conflict: 0, idle: 0, other: 0, blank: 0, unreadable: 0 };
}

/** How many lines an account is about. */
export function linesIn(account: LineAccount): number {
  return LINE_KINDS.reduce((sum, kind) => sum + account[kind], 0);
}

export function addAccount(to: LineAccount, from: LineAccount): void {
  for (const kind of LINE_KINDS) to[kind] += from[kind];
}
