import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GameBook, type RecordingChange } from '../../src/book.js';
import { GameScript, logOf, STARTED } from '../script.js';

const change = (recording: 'on' | 'paused'): RecordingChange => ({ recording, at: STARTED, by: 'ann' });
const scripts = Array.from(
  { length: 5 },
  (_, index) =>
    new GameScript(`20251207-${index}c1ca4cce9ac71e7`, [1, 1.1, 1.2, 0.01], STARTED + index * 60_000),
);
const events = logOf(
  [
    ...scripts.flatMap((game, index) => [
      ...game.whole(),
      ...(scripts[index - 1] ? [scripts[index - 1]?.sealed()] : []),
    ]),
    scripts.at(-1)?.sealed(),
  ].filter((draft) => draft !== undefined),
);
/** Position of a game's first event. */
const startOf = (game: number) => events.findIndex(({ gameId }) => gameId === scripts[game]?.id);

/** Ids of the games that got files, with changes of recording made before the events at these places. */
function recorded(changes: Readonly<Record<number, 'on' | 'paused'>>): Set<string> {
  const book = new GameBook();
  const ids = new Set<string>();
  events.forEach((event, place) => {
    const wished = changes[place];
    if (wished !== undefined) book.follow(change(wished));
    for (const game of book.apply(event)) if (game.recorded) ids.add(game.id);
  });
  return ids;
}
const idsOf = (...games: number[]) => new Set(games.map((game) => scripts[game]?.id));

describe('pausing', () => {
  it('takes effect with the next game: the one in progress is recorded to its end, and later its seal', () => {
    expect(recorded({ [startOf(1) + 2]: 'paused' })).toEqual(idsOf(0, 1));
    const book = new GameBook();
    const due = events.flatMap((event, place) => {
      if (place === startOf(1) + 2) book.follow(change('paused'));
      return book.apply(event).filter((game) => game.recorded && game.id === scripts[1]?.id);
    });
    expect(due.at(-1)?.events.map(({ type }) => type)).toContain('game.sealed');
  });

  it('resuming takes effect with the next game: the one in progress stays without files', () => {
    expect(recorded({ [startOf(1)]: 'paused', [startOf(2) + 2]: 'on' })).toEqual(idsOf(0, 3, 4));
  });

  it('and resuming within one game leaves nothing out', () => {
    expect(recorded({ [startOf(1) + 1]: 'paused', [startOf(1) + 3]: 'on' })).toEqual(idsOf(0, 1, 2, 3, 4));
  });

  it('is gone on with by a book made from what another one carries, wherever that is cut', () => {
    const wishes = fc.array(
      fc.record({
        place: fc.nat(events.length - 1),
        wished: fc.constantFrom('on' as const, 'paused' as const),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(wishes, fc.nat(events.length), (list, cut) => {
        const changes = new Map(list.map(({ place, wished }) => [place, wished]));
        const whole = new GameBook();
        let restored: GameBook | undefined;
        const seen: unknown[] = [];
        const again: unknown[] = [];
        events.forEach((event, place) => {
          if (place === cut) {
            const carry = whole.carry();
            restored = new GameBook(carry);
            for (const carried of carry.events) restored.apply(carried);
            if (carry.change !== undefined) restored.follow(carry.change);
          }
          const wished = changes.get(place);
          if (wished !== undefined) for (const book of [whole, restored]) book?.follow(change(wished));
          const due = whole.apply(event);
          if (place >= cut) seen.push(due, whole.isRecording);
          if (restored !== undefined) again.push(restored.apply(event), restored.isRecording);
        });
        expect(again).toEqual(seen);
      }),
    );
  });
});

describe('the running game', () => {
  it('is the one seen live last, until it ends', () => {
    const book = new GameBook();
    expect(book.running).toBeUndefined();
    const running = events.map((event) => {
      book.apply(event);
      return book.running?.id;
    });
    for (const [place, event] of events.entries()) {
      const ended = event.type === 'game.end' || event.type === 'game.sealed';
      expect(running[place]).toBe(ended ? undefined : event.gameId);
    }
  });
});
