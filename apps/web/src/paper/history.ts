import type { PaperHappening, PaperSession } from '@vectra/protocol';
import type { SessionPage } from '@vectra/client';

/** A session and what is known of its history: lines are counted from 0, and the oldest may be gone. */
export interface Known {
  session: PaperSession;
  /** The number of the first line in `lines`. */
  first: number;
  /** Oldest first, without a gap. */
  lines: readonly PaperHappening[];
}

/** The number of the line that is to be asked for next; undefined: the newest ones. */
export function nextLine(known: Known | null): number | undefined {
  return known === null ? undefined : known.first + known.lines.length;
}

/** What is known after one more answer of the gateway. Lines that do not go on where the known ones end begin anew. */
export function withPage(known: Known | null, { session, history }: SessionPage): Known {
  const fresh = { session, first: history.from, lines: history.lines };
  if (known?.session.created_at !== session.created_at || history.from !== nextLine(known)) return fresh;
  if (history.lines.length === 0) return { ...known, session };
  return { ...known, session, lines: [...known.lines, ...history.lines] };
}

/** With older lines before those known. */
export function withOlder(known: Known, { history }: SessionPage): Known {
  const older = history.lines.slice(0, Math.max(0, known.first - history.from));
  return { ...known, first: history.from, lines: [...older, ...known.lines] };
}

/** The wallet after each game of the lines known; before the first of them what there was at the start, when that is known. */
export function equityOf({ session, first, lines }: Known): number[] {
  const start = first === 0 ? [Number(session.initial_balance)] : [];
  return [...start, ...lines.flatMap((line) => (line.kind === 'game' ? [Number(line.wallet)] : []))];
}

/** The sum of all bets in the lines known, in SOL. */
export function stakedIn(lines: readonly PaperHappening[]): number {
  return lines.reduce(
    (sum, line) => (line.kind === 'bought' || line.kind === 'sidebet' ? sum + Number(line.amount) : sum),
    0,
  );
}
