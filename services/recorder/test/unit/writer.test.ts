import { createLogger } from '@vectra/service-kit';
import { FencedError, type WindowWrite } from '@vectra/stream';
import { describe, expect, it, vi } from 'vitest';
import { GameBook } from '../../src/book.js';
import { RecentGames } from '../../src/window/recentGames.js';
import { WindowWriter } from '../../src/window/writer.js';
import { GameScript, logOf } from '../script.js';

const silent = createLogger('test', { LOG_LEVEL: 'fatal', LOG_FORMAT: 'json' });
const game = new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.1, 1.2, 0.01]);
const events = logOf(game.whole());

function writerOf() {
  const games = new RecentGames(10);
  const book = new GameBook();
  const checks = new Map<string, boolean>();
  const stop = new AbortController();
  const health = { set: (name: string, ok: boolean) => void checks.set(name, ok) };
  const writer = new WindowWriter(games, { log: silent, health, stopping: stop.signal });
  const writes: WindowWrite[] = [];
  /** What Redis answers next; afterwards it takes everything. */
  const answers: (() => boolean)[] = [];
  const write = (given: WindowWrite): Promise<boolean> => {
    writes.push(given);
    return Promise.resolve().then(() => answers.shift()?.() ?? true);
  };
  let folded = 0;
  /** Folds events up to this count. */
  const upTo = (count: number): void => {
    for (const event of events.slice(folded, count)) games.fold(event, book.apply(event), book.running);
    folded = count;
    writer.changed();
  };
  return {
    writer,
    writes,
    write,
    answers,
    upTo,
    checks,
    stop,
    acts: () => writes.map(({ running }) => running.act),
  };
}

describe('the writer of the window', () => {
  it('writes all when an ownership begins, then what is new, and nothing without one', async () => {
    const { writer, write, writes, upTo, acts } = writerOf();
    upTo(2);
    await writer.settled();
    expect(writes).toEqual([]);
    writer.own(write);
    await writer.settled();
    upTo(3);
    await writer.settled();
    upTo(events.length);
    await writer.settled();
    expect(acts()).toEqual(['set', 'append', 'remove']);
    expect(writes.map(({ games }) => typeof games === 'string')).toEqual([true, false, true]);
    writer.disown();
    upTo(events.length);
    await writer.settled();
    expect(writes).toHaveLength(3);
  });

  it('puts together what changes while it writes', async () => {
    const { writer, write, upTo, acts } = writerOf();
    writer.own(write);
    for (let count = 1; count <= 4; count += 1) upTo(count);
    await writer.settled();
    expect(acts().length).toBeLessThanOrEqual(2);
  });

  it('writes all anew when Redis does not hold what it should', async () => {
    const { writer, write, answers, upTo, acts } = writerOf();
    upTo(2);
    writer.own(write);
    await writer.settled();
    answers.push(() => false);
    upTo(3);
    await writer.settled();
    answers.push(() => false);
    writer.check();
    await writer.settled();
    expect(acts()).toEqual(['set', 'append', 'set', 'keep', 'set']);
  });

  it('stops for good when another owner exists', async () => {
    const { writer, write, answers, upTo, acts, checks } = writerOf();
    upTo(2);
    writer.own(write);
    await writer.settled();
    answers.push(() => {
      throw new FencedError('another owner exists');
    });
    upTo(3);
    await writer.settled();
    upTo(4);
    writer.check();
    await writer.settled();
    expect(acts()).toEqual(['set', 'append']);
    expect(checks.get('window')).toBe(true);
  });

  it('tells that Redis refuses, and tries again with all there is then', async () => {
    const { writer, write, answers, upTo, acts, checks } = writerOf();
    answers.push(() => {
      throw new Error('OOM command not allowed');
    });
    upTo(2);
    writer.own(write);
    await vi.waitFor(() => expect(checks.get('window')).toBe(false));
    upTo(events.length);
    await vi.waitFor(() => expect(checks.get('window')).toBe(true), { timeout: 10_000 });
    await writer.settled();
    expect(acts()).toEqual(['set', 'remove']);
  });
});
