import { describe, expect, it } from 'vitest';
import { logKeys, type SharedGroupOptions } from '../../src/index.js';
import { countTo } from './fixtures.js';
import { logOfATest } from './setup.js';

const IDLE_MS = 200;
const given = logOfATest();

type Worker = (seqs: number[], redelivered: boolean) => 'go on' | 'stop' | 'crash';

/** Runs one consumer until it says stop (having acknowledged all) or crashes (leaving its batch unacknowledged). */
async function work(worker: Worker, options: Partial<SharedGroupOptions> = {}): Promise<string> {
  const stop = new AbortController();
  const group = given.log.shared('g', { from: 'start', minIdleMs: IDLE_MS, signal: stop.signal, ...options });
  for await (const { events, redelivered } of group) {
    const outcome = worker(
      events.map(({ seq }) => seq),
      redelivered,
    );
    if (outcome === 'crash') break;
    if (outcome === 'stop') setTimeout(() => stop.abort(), 20);
  }
  return group.consumer;
}

const consumers = async (): Promise<{ name: string; pending: number }[]> => {
  const rows = (await given.redis.xinfo('CONSUMERS', logKeys(given.stream).events, 'g')) as unknown[][];
  return rows.map((row) => ({ name: String(row[1]), pending: Number(row[3]) }));
};

describe('a shared group', () => {
  it('gives each event to one of its consumers', async () => {
    await given.fill(300);
    const seen: number[] = [];
    const worker: Worker = (seqs) => {
      seen.push(...seqs);
      return 'go on';
    };
    const stop = new AbortController();
    const workers = [1, 2, 3].map(() => work(worker, { batchSize: 7, signal: stop.signal }));
    await expect.poll(() => seen.length).toBe(300);
    await expect.poll(() => given.pendingOf('g')).toBe(0);
    stop.abort();
    await Promise.all(workers);
    expect(seen.sort((a, b) => a - b)).toEqual(countTo(300));
  });

  it('gives what a consumer left unacknowledged to another, and the log keeps it until then', async () => {
    await given.fill(10);
    await work(() => 'crash', { batchSize: 10 });
    expect(await given.pendingOf('g')).toBe(10);
    const { floor } = await given.log.trim(Number.MAX_SAFE_INTEGER, []);
    expect(floor).toBe(1);
    const seen: number[] = [];
    await work((seqs, redelivered) => {
      if (redelivered) seen.push(...seqs);
      return seen.length === 10 ? 'stop' : 'go on';
    });
    expect(seen.sort((a, b) => a - b)).toEqual(countTo(10));
    expect(await given.pendingOf('g')).toBe(0);
  });

  it('removes the names of consumers that are gone, but never one that holds pending entries', async () => {
    await given.fill(40);
    const crashed: string[] = [];
    for (let round = 0; round < 4; round++) crashed.push(await work(() => 'crash', { batchSize: 5 }));
    expect((await consumers()).map(({ pending }) => pending)).toEqual([5, 5, 5, 5]);
    const seen = new Set<number>();
    await work((seqs) => {
      for (const seq of seqs) seen.add(seq);
      return seen.size === 40 ? 'stop' : 'go on';
    });
    expect(await given.pendingOf('g')).toBe(0);
    expect([...seen].sort((a, b) => a - b)).toEqual(countTo(40));
    // The names of the crashed go when they have been silent for long enough, at another's next look.
    const stop = new AbortController();
    const last = work(() => 'go on', { signal: stop.signal });
    const remaining = async (): Promise<string[]> =>
      (await consumers()).map(({ name }) => name).filter((name) => crashed.includes(name));
    await expect.poll(remaining).toEqual([]);
    stop.abort();
    await last;
    expect(await consumers()).toEqual([]);
  });

  it('puts aside what ends its consumers, after more than five deliveries', async () => {
    await given.fill(3);
    const seen: number[] = [];
    let crashes = 0;
    const worker: Worker = (seqs) => {
      if (seqs.includes(2)) {
        crashes++;
        return 'crash';
      }
      seen.push(...seqs);
      return 'go on';
    };
    const stop = new AbortController();
    const onDeadLetter = (): void => stop.abort();
    while (!stop.signal.aborted) await work(worker, { batchSize: 1, signal: stop.signal, onDeadLetter });
    expect(crashes).toBe(6);
    expect(await given.log.deadLetters.list('g')).toMatchObject([{ id: '2-0' }]);
    expect(seen).toEqual([1, 3]);
  });

  it('begins again where its oldest unacknowledged event was, should Redis lose it', async () => {
    await given.fill(30);
    const seen: number[] = [];
    const stop = new AbortController();
    const working = work(
      (seqs) => {
        seen.push(...seqs);
        return 'go on';
      },
      { signal: stop.signal, minIdleMs: 100 },
    );
    await expect.poll(() => given.pendingOf('g')).toBe(0);
    await expect.poll(() => seen.length).toBe(30);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // it has looked where the group stands
    await given.redis.xgroup('DESTROY', logKeys(given.stream).events, 'g');
    await expect.poll(() => given.pendingOf('g')).toBe(0);
    stop.abort();
    await working;
    expect(seen).toEqual(countTo(30));
  });
});
