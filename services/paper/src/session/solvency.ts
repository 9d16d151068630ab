import type { Happening } from './session.js';

/** Whether a session could still pay for what its strategy wanted to stake. */
export class Solvency {
  #games = 0;
  #lastStaked = 0;
  #isShort = false;

  add(happening: Happening): void {
    if (happening.kind === 'game') {
      this.#games += 1;
      if (happening.bets === 0) return;
      this.#lastStaked = this.#games;
      this.#isShort = false;
    } else if (happening.kind === 'refused' && happening.code === 'not_enough_cash') this.#isShort = true;
  }

  /** After how many games every order was refused for want of cash, and nothing was staked any more; null while it was. */
  get brokeAfter(): number | null {
    return this.#isShort && this.#games > this.#lastStaked ? this.#lastStaked : null;
  }
}
