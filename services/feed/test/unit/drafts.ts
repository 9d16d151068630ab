import { checkDraft, placeEvent, type Draft, type EventOf, type EventType } from '@vectra/protocol';
import { Normalizer } from '../../src/normalizer.js';
import type { FakeGame } from './frames.js';

export const RECEIVED_AT = 1_767_225_600_000;

export const normalizer = (rawEvents: string[] = []): Normalizer =>
  new Normalizer({ source: 'simulator', rawEvents });

export function feed(into: Normalizer, ...frames: object[]): Draft[] {
  return frames.flatMap((frame) => {
    const { drafts } = into.ingest({ name: 'gameStateUpdate', args: [frame], receivedAt: RECEIVED_AT });
    for (const draft of drafts) checkDraft(draft);
    return drafts;
  });
}

export function of<T extends EventType>(drafts: readonly Draft[], type: T): EventOf<T>[] {
  return drafts.flatMap((draft, index) => {
    const event = placeEvent(draft, 'abcd', index + 1);
    return event.type === type ? [event as EventOf<T>] : [];
  });
}

export const ticksOf = (drafts: readonly Draft[]): number[] =>
  of(drafts, 'game.tick').map(({ data }) => data.tickCount);
export const pricesOf = (drafts: readonly Draft[]): number[] => {
  const prices: number[] = [];
  for (const { data } of of(drafts, 'game.tick')) prices[data.tickCount] = Number(data.price);
  return prices;
};
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
export const wholeGame = (game: FakeGame): object[] => range(0, game.rugTick).map((tick) => game.tick(tick));
