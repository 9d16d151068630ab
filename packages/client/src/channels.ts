import type { Event, EventOf, RawType } from '@vectra/protocol';
import { channelMatcher } from '@vectra/protocol/channelMatcher';

type Known = Exclude<Event, EventOf<RawType>>;
type InFamily<F extends string> = F extends 'raw'
  ? EventOf<RawType>
  : Extract<Known, { type: `${F}.${string}` }>;

/** The events that a channel selects: of `game.tick` its own, of `game.*` those of the family, of `*` all. */
export type EventsOf<C extends string> = string extends C
  ? Event
  : C extends '*'
    ? Event
    : C extends `${infer F}.*`
      ? InFamily<F>
      : C extends RawType
        ? EventOf<C>
        : Extract<Known, { type: C }>;

/** Whether an event is of one of the channels. */
export function selects<C extends string>(
  channels: readonly C[],
): (event: Event) => event is EventsOf<C> & Event {
  const matches = channelMatcher(channels);
  return (event): event is EventsOf<C> & Event => matches(event.type);
}

/** Whether whoever has subscribed to `channels` gets everything of `channel`. */
export function covers(channels: Iterable<string>, channel: string): boolean {
  for (const wider of channels) {
    const isFamily = wider.endsWith('.*') && channel.startsWith(wider.slice(0, -1));
    if (wider === '*' || wider === channel || isFamily) return true;
  }
  return false;
}
