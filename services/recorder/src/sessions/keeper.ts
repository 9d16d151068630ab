import type { Event } from '@vectra/protocol';
import { SessionBook } from './book.js';
import { recordSession, type SessionFile } from './sessionFile.js';
import { NO_SESSIONS, type Session, type SessionsCarry } from './state.js';

/** The sessions of the log, and those of them whose files are to be written. */
export class SessionKeeper {
  #book: SessionBook;
  readonly #due = new Map<string, Session>();

  /** @param before what a segment of the journal carries; null when it carries none. */
  constructor(before: SessionsCarry | null = null) {
    const { state, due } = before ?? { state: NO_SESSIONS, due: [] };
    this.#book = new SessionBook(state);
    this.#put(due);
    if (state.session !== null && state.session.name !== null) this.#put([state.session]);
  }

  /** Takes in one event. @param late it belongs before those taken in. */
  apply(event: Event, late = false): void {
    this.#put(late ? this.#book.applyLate(event) : this.#book.apply(event));
  }

  /** Events of the log are missing here. */
  lose(): void {
    this.#put(this.#book.lose());
  }

  /** How many files are due. */
  get size(): number {
    return this.#due.size;
  }

  /** What is to be written, as it is now. @param ended only what changes no more. */
  due(ended = false): SessionFile[] {
    return [...this.#due.values()].filter(({ reason }) => !ended || reason !== null).map(recordSession);
  }

  /** What was due is written. @param ended only what changes no more. */
  written(ended = false): void {
    for (const [name, { reason }] of this.#due) if (!ended || reason !== null) this.#due.delete(name);
  }

  carry(): SessionsCarry {
    // The one that is open is in the state.
    const due = [...this.#due.values()].filter(({ reason }) => reason !== null);
    return { state: this.#book.state, due };
  }

  #put(sessions: readonly Session[]): void {
    for (const session of sessions) this.#due.set(session.name ?? '', session);
  }
}
