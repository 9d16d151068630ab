import { epochOf, isCovered, seqOf } from './place.js';

/** What a reader's place makes of an event. `missed`: events before it never came. */
export interface Step {
  isNew: boolean;
  missed?: 'epoch_changed' | 'hole';
}

/** Up to where events were delivered. So none is delivered twice, and it is seen when some are missing. */
export class Progress {
  #position: string | null;
  /** From this place on every event of the log must come; undefined while only some are asked for. */
  #wholeFrom: number | undefined;

  constructor(position: string | null) {
    this.#position = position;
  }

  /** Every event up to here was delivered, or could not be and that was told. */
  get position(): string | null {
    return this.#position;
  }

  /** Every event after the place is asked for; undefined: only some are. */
  expectAllFrom(id: string | null | undefined): void {
    this.#wholeFrom = id === undefined ? undefined : id === null ? 0 : seqOf(id);
  }

  /** An event has come. */
  take(id: string): Step {
    const place = this.#position;
    if (isCovered(id, place)) return { isNew: false };
    this.#position = id;
    if (place === null) return { isNew: true };
    if (epochOf(place) !== epochOf(id)) {
      if (this.#wholeFrom !== undefined) this.#wholeFrom = 0;
      return { isNew: true, missed: 'epoch_changed' };
    }
    const isExpected = this.#wholeFrom !== undefined && seqOf(place) >= this.#wholeFrom;
    return isExpected && seqOf(id) !== seqOf(place) + 1 ? { isNew: true, missed: 'hole' } : { isNew: true };
  }

  /**
   * The gateway says that everything up to a place was sent. Events of other channels count too: the place stays young, and the log may
   * be trimmed up to it.
   */
  cover(id: string | null): void {
    const place = this.#position;
    if (id === null || isCovered(id, place)) return;
    if (place === null || epochOf(place) === epochOf(id)) this.#position = id;
  }

  /** Events go on after another place. */
  restart(id: string | null): void {
    this.#position = id;
  }
}
