import { placeEvent, strategy, type Event, type PaperCommand } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  builtIn,
  generatedGames,
  SlotBook,
  type BehaviourOf,
  type Changes,
  type SavedReader,
} from '../../../src/index.js';
import { eventsOf } from '../../games.js';

const spec = (given: object) => strategy.parse({ name: 'test', initial_balance: 1, ...given });
const STRATEGIES = [
  spec({ entry_tick: 0, num_bets: 9, sizing: { by: 'fraction', of: 0.05 } }),
  spec({
    ...{ kind: 'position', entry_tick: 5, sizing: { by: 'fraction', of: 0.2 } },
    ...{ take_profit: 1.3, trailing_stop: 0.15 },
  }),
  spec({ kind: 'observer' }),
];
const behaviourOf: BehaviourOf = (given) =>
  given.kind === 'plugin'
    ? Promise.reject(new Error(`plug-in ${given.module} is not there`))
    : Promise.resolve(builtIn(given));
const options = { behaviourOf, maxLagMs: Infinity };

const command = (given: PaperCommand, id = '1-0') => ({ id, sentAt: 0, command: given });
const opening = STRATEGIES.map((given, n) =>
  command({ kind: 'open', session: `s${n}`, strategy: given, ref: `r${n}` }, `1-${n}`),
);

function logOf(seed: string, games: number): Event[] {
  return [...generatedGames(seed, games)]
    .flatMap((game) => eventsOf(game))
    .map((draft, index) => placeEvent(draft, 'abcd', index + 1));
}

async function opened(): Promise<SlotBook> {
  const book = new SlotBook(options);
  await book.carryOut(opening, { now: 0, room: 9 });
  return book;
}

/** What Redis has of a slot, as its saves come. */
class Saved {
  states = new Map<string, string>();
  reader: SavedReader | undefined;
  newest: Changes | undefined;
  readonly lines = new Map<string, unknown[]>();

  save(changes: Changes): void {
    this.newest = changes;
    if (changes.reader !== undefined) this.reader = JSON.parse(changes.reader) as SavedReader;
    for (const { id, state, lines } of changes.sessions) {
      this.states.set(id, state);
      this.lines.set(id, [...(this.lines.get(id) ?? []), ...lines]);
    }
  }

  async load(log: readonly Event[]): Promise<SlotBook> {
    const book = new SlotBook(options);
    const { position, command = '0-0' } = this.newest ?? {};
    const from = this.reader?.position.seq ?? 0;
    await book.restore(
      { position, command, states: this.states },
      this.reader,
      log.slice(from, position?.seq),
    );
    return book;
  }
}

describe('a slot of paper trading', () => {
  it('taken over at any moments by others goes on as if it had never been', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.string(), cuts, async (seed, sizes) => {
        const log = logOf(seed, 3);
        const whole = new Saved();
        const one = await opened();
        one.observe(log, 0);
        whole.save(one.take());
        const parts = new Saved();
        let book = await opened();
        for (let at = 0, n = 0; at < log.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          book.observe(log.slice(at, at + size), 0);
          const isKilled = n % 3 === 2;
          if (!isKilled) {
            parts.save(book.take());
            at += size;
          }
          // Whoever takes over has what was saved, and gets what was not once more.
          if (n % 3 > 0 && at > 0) book = await parts.load(log);
        }
        parts.save(book.take());
        expect(parts.lines).toEqual(whole.lines);
        expect([...parts.states.values()].map(withoutPrice)).toEqual(
          [...whole.states.values()].map(withoutPrice),
        );
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('saves a session only when something other than the price has moved', async () => {
    const [game] = [...generatedGames('quiet', 30)].filter(({ prices }) => prices.length > 60);
    if (game === undefined) throw new Error('expected a game of that length');
    const log = eventsOf(game).map((draft, index) => placeEvent(draft, 'abcd', index + 1));
    const book = await opened();
    expect(book.take().messages.map(({ ref }) => ref)).toEqual(['r0', 'r1', 'r2']);
    book.observe(log.slice(0, 12), 0);
    expect(book.take().sessions.map(({ id }) => id)).toContain('s0');
    book.observe(log.slice(12, 13), 0);
    const { sessions, messages, position } = book.take();
    expect([sessions.map(({ id }) => id).filter((id) => id !== 's1'), messages]).toEqual([[], []]);
    expect(position?.seq).toBe(13);
  });

  it('stops a session whose plug-in is gone, with its message, and no other', async () => {
    const plugin = spec({ kind: 'plugin', module: 'gone' });
    const loaded = new SlotBook({ ...options, behaviourOf: () => Promise.resolve({ onTick: () => [] }) });
    await loaded.carryOut([command({ kind: 'open', session: 'p', strategy: plugin, ref: 'p' })], {
      now: 0,
      room: 1,
    });
    const saved = new Saved();
    saved.save(loaded.take());
    const book = await saved.load([]);
    await book.carryOut(opening.slice(0, 1), { now: 0, room: 1 });
    book.take();
    book.observe(logOf('gone', 1), 0);
    const told = book.take().messages.flatMap((one) => (one.kind === 'session' ? [one.session] : []));
    const failed = told.find(({ session_id }) => session_id === 'p');
    expect(failed).toMatchObject({
      is_active: false,
      error: expect.stringContaining('plug-in gone') as string,
    });
    expect(
      told.find(({ session_id, games_played }) => session_id === 's0' && games_played === 1),
    ).toBeDefined();
  });
});

/** Where the price was is saved only together with something else. */
function withoutPrice(text: string): unknown {
  const { session, ...rest } = JSON.parse(text) as { session: { trading: { game: unknown } } };
  return { ...rest, session: { ...session, trading: { ...session.trading, game: null } } };
}
