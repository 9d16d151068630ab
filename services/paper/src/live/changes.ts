import type { Session } from '../session/session.js';

/**
 * Whether nothing has changed in a session but the price, of which the log tells. The engine makes new objects of what it changes, and
 * keeps the others.
 */
export function isSameButPrice(a: Session, b: Session): boolean {
  return (
    looksTheSame(a, b) &&
    a.waits === b.waits &&
    a.game === b.game &&
    (a.memory === b.memory || JSON.stringify(a.memory) === JSON.stringify(b.memory))
  );
}

/** Whether clients see the same, but for what the price makes of an open position. */
export function looksTheSame(a: Session, b: Session): boolean {
  return (
    a.active === b.active &&
    a.error === b.error &&
    a.statistics === b.statistics &&
    a.betsThisGame === b.betsThisGame &&
    a.trading.cash === b.trading.cash &&
    a.trading.position === b.trading.position &&
    a.trading.sidebet === b.trading.sidebet &&
    isSameWaiting(a, b)
  );
}

/** A rug of another game makes new lists, which are often both empty. */
function isSameWaiting({ trading: { waiting: a } }: Session, { trading: { waiting: b } }: Session): boolean {
  return a === b || a.positions.length + a.sidebets.length + b.positions.length + b.sidebets.length === 0;
}
