import type { SessionAction, SessionRecording } from '@vectra/protocol';
import { gainTone, plainSol, signedSol, sol } from '../app/figures.js';

export const UNKNOWN = '–';

const ACTION_WORDS: Record<SessionAction['action'], string> = {
  BUY: 'Buy',
  SELL: 'Sell',
  FORCED_SELL: 'Sold at the rug',
  SIDEBET_PLACE: 'Sidebet',
  SIDEBET_WIN: 'Sidebet won',
  SIDEBET_LOSE: 'Sidebet lost',
  SHORT_OPEN: 'Short',
  SHORT_CLOSE: 'Short closed',
};

export function actionWords(action: SessionAction['action']): string {
  return ACTION_WORDS[action];
}

const END_WORDS = {
  disconnected: 'Disconnected',
  logged_out: 'Logged out',
  other_account: 'Another account came',
  gap: 'Events were lost',
  continued: 'Goes on in the next part',
} satisfies Record<NonNullable<SessionRecording['meta']['end_reason']>, string>;

/** How a session ended. */
export function endWords({
  session_end,
  end_reason,
}: Pick<SessionRecording['meta'], 'session_end' | 'end_reason'>): string {
  if (session_end === null) return 'Still open';
  return end_reason === null ? UNKNOWN : END_WORDS[end_reason];
}

/** With four decimals; a dash where it is not known. */
export function money(amount: string | null): string {
  return amount === null ? UNKNOWN : sol(amount);
}

/** With its sign, so that gains and losses differ by more than their colour. */
export function signed(amount: string | null): string {
  return amount === null ? UNKNOWN : signedSol(amount);
}

/** The class of what is gained or lost. */
export function gainOf(amount: string | null): '' | 'gain' | 'loss' {
  return amount === null ? '' : gainTone(amount);
}

/** With its coin: `0.05 SOL`. */
export function amountOf({ amount, coin }: Pick<SessionAction, 'amount' | 'coin'>): string {
  return `${plainSol(amount)} ${coinName(coin)}`;
}

function coinName(coin: string | null): string {
  if (coin === null) return 'SOL';
  return coin === '0xPractice' ? 'practice' : coin.slice(0, 8);
}

/** From Unix ms: `45 s`, `12 min`, `1 h 32 min`. */
export function lasting(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1000))} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
