import type { Event } from '@vectra/protocol';

/** The events that still hold: what a client that joins now has to know, so that it need not wait for the next of each. */
export class Standing {
  /** By what they are about: their type, of `connection.status` for each source. */
  readonly #events = new Map<string, Event>();
  readonly #ofGame = new Set<string>();
  #gameId: string | null = null;

  fold(event: Event): void {
    const { type, gameId } = event;
    if (type === 'connection.status') this.#events.set(`${type} ${event.data.source}`, event);
    else if (type === 'player.identity' || type === 'player.update') this.#events.set(type, event);
    else if (type === 'game.start' || type === 'game.phase') this.#foldGame(event);
    else if (type === 'game.tick') {
      if (event.data.backfilled === undefined) this.#foldGame(event);
    } else if (gameId === this.#gameId && (type === 'game.end' || type === 'player.leaderboard')) {
      this.#foldGame(event);
    }
  }

  /** Oldest first. */
  events(): Event[] {
    return [...this.#events.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Another log. */
  clear(): void {
    this.#events.clear();
    this.#ofGame.clear();
    this.#gameId = null;
  }

  /** What was told of the game before holds no more. */
  #foldGame(event: Event): void {
    if (event.gameId !== this.#gameId) {
      for (const type of this.#ofGame) this.#events.delete(type);
      this.#ofGame.clear();
      this.#gameId = event.gameId;
    }
    this.#ofGame.add(event.type);
    this.#events.set(event.type, event);
  }
}
