import type { Draft } from '@vectra/protocol';
import type { Heard } from './held.js';
import type { Normalizer, Outcome } from './normalizer.js';
import type { Use } from './sources.js';
import type { UpstreamEvent } from './wire.js';

/**
 * What the log lacks of what a feed has heard, when it begins to write the log. Pure.
 *
 * The log has come as far as the newest frame that it tells of. The game must not go back behind that: frames before it
 * only fill in what is missing, frames after it are taken as ever. Trades and sidebets have keys of their own and are
 * taken wherever they stand; anything else from before that frame is in the log already.
 *
 * @param normalizer has taken over what the log tells; afterwards it knows all that was heard.
 */
export function catchUp(normalizer: Normalizer, heard: readonly Heard[]): Draft[] {
  const reached = heard.findLastIndex((one) => 'name' in one && normalizer.placeOf(one) === 'behind');
  const missing = heard.flatMap((one, index) => {
    if ('status' in one) return index > reached ? normalizer.connection(one) : [];
    if (index > reached) return normalizer.ingest(one).drafts;
    return normalizer.recall(one, index === reached).drafts;
  });
  return [...missing, ...normalizer.endRecall()];
}

/**
 * The way from one connection to another of the same game, which may be behind or ahead of it. Pure.
 *
 * Until the other one gives a frame that is new, all it gave up to its newest known frame only fills in what is missing; what comes
 * after that waits for the next frame, which tells where it belongs.
 */
class Crossing {
  readonly #normalizer: Normalizer;
  #waiting: UpstreamEvent[] = [];
  #over = false;

  /** @param normalizer knows what came through the connection that is left. */
  constructor(normalizer: Normalizer) {
    this.#normalizer = normalizer;
    normalizer.beginRecall();
  }

  /** The other one has come as far as the log: what it gives is taken as ever. */
  get over(): boolean {
    return this.#over;
  }

  /** What the log lacks of the next events of the other connection. */
  take(events: readonly UpstreamEvent[]): Draft[] {
    this.#waiting.push(...events);
    const places = this.#waiting.map((event) => this.#normalizer.placeOf(event));
    const reached = places.lastIndexOf('behind') + 1;
    const behind = this.#waiting.slice(0, reached);
    const drafts = behind.flatMap((event) => this.#normalizer.recall(event, false).drafts);
    this.#waiting = this.#waiting.slice(reached);
    if (!places.includes('ahead', reached)) return drafts;
    this.#over = true;
    const ahead = this.#waiting.splice(0).flatMap((event) => this.#normalizer.ingest(event).drafts);
    return [...drafts, ...ahead, ...this.#normalizer.endRecall()];
  }
}

/** What the log gets of several connections to the same game, one of which is followed at a time. Pure. */
export class Following {
  readonly #normalizer: Normalizer;
  /** While another connection is taken up. */
  #crossing: Crossing | undefined;

  /** @param normalizer has taken over what the log tells. */
  constructor(normalizer: Normalizer) {
    this.#normalizer = normalizer;
  }

  /** What the log lacks of what was heard through each connection, the followed one last. */
  takeOver(heard: readonly (readonly Heard[])[]): Draft[] {
    const begin = Math.max(
      0,
      heard.findIndex((one) => one.length > 0),
    );
    const drafts = catchUp(this.#normalizer, heard[begin] ?? []);
    const others = heard.slice(begin + 1).map((other) => other.filter((one) => 'name' in one));
    return [...drafts, ...others.flatMap((other) => this.cross(other))];
  }

  /** From now on another connection is followed; `heard` came through it already. Gives what the log lacks of that. */
  cross(heard: readonly UpstreamEvent[]): Draft[] {
    this.#crossing = new Crossing(this.#normalizer);
    return this.#crossing.take(heard);
  }

  receive(event: UpstreamEvent, use: Use): Outcome {
    if (use === 'spare') return { drafts: [], noise: 'spare' };
    const crossing = this.#crossing;
    if (use === 'own' || crossing === undefined || crossing.over) return this.#normalizer.ingest(event);
    const drafts = crossing.take([event]);
    return drafts.length > 0 ? { drafts } : { drafts, noise: 'repeated' };
  }
}
