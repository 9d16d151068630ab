import { encodeEvent, placeEvent } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { logKeys, type GroupOptions } from '../../src/index.js';
import { consumeThrough, countTo, LEASE_MS, publisherOf, tick, ticks } from './fixtures.js';
import { logOfATest } from './setup.js';

const given = logOfATest();

/** Consumes until the loop's body fails for the given seq; returns the seqs of every batch. */
async function consumeUntilFailure(poison: number, options: Partial<GroupOptions> = {}): Promise<number[][]> {
  const batches: number[][] = [];
  const stop = new AbortController();
  const group = given.log.group('g', {
    from: 'start',
    leaseTtlMs: LEASE_MS,
    signal: stop.signal,
    ...options,
  });
  for await (const { events } of group) {
    const seqs = events.map(({ seq }) => seq);
    batches.push(seqs);
    if (seqs.includes(poison)) break; // as a crash would: not acknowledged
    if (seqs.at(-1) === 20) stop.abort();
  }
  return batches;
}

describe('an event that ends its consumer each time', () => {
  it('is found, put aside after more than five deliveries, and all others are processed once', async () => {
    await given.fill(20);
    const rounds: number[][][] = [];
    while (rounds.length < 12) {
      const round = await consumeUntilFailure(13, { batchSize: 20 });
      rounds.push(round);
      if ((await given.pendingOf('g')) === 0) break;
    }
    const deliveries = rounds.flat(2).filter((seq) => seq === 13).length;
    expect(deliveries).toBeGreaterThan(5);
    expect(rounds.length).toBeLessThan(12);
    // Each consumer is lost in the middle of a batch at most twice; from then on the events come alone.
    const alone = rounds.slice(2).flat().flat();
    expect(alone.filter((seq) => seq !== 13)).toEqual(countTo(20).filter((seq) => seq !== 13));
    expect(await given.log.deadLetters.list('g')).toMatchObject([
      { id: '13-0', error: 'delivered 6 times without being acknowledged' },
    ]);
    expect(await given.pendingOf('g')).toBe(0);
  });

  it('is not suspected because Redis was lost in between', async () => {
    await given.fill(5);
    const stop = new AbortController();
    const letters: unknown[] = [];
    const seqs: number[] = [];
    const group = given.log.group('g', {
      from: 'start',
      leaseTtlMs: 5_000,
      batchSize: 1,
      signal: stop.signal,
      onDeadLetter: (letter) => letters.push(letter),
    });
    for await (const { events } of group) {
      seqs.push(...events.map(({ seq }) => seq));
      // Ten lost connections, each of which has the pending entries read again.
      for (let cut = 0; cut < 10; cut++) await given.redis.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'yes');
      if (seqs.at(-1) === 5) stop.abort();
    }
    expect(seqs).toEqual(countTo(5));
    expect(letters).toEqual([]);
  });
});

describe('an entry that is no event', () => {
  it('goes to the dead letters under its own id while all others are delivered', async () => {
    const keys = logKeys(given.stream);
    const publisher = await publisherOf(given.log);
    publisher.publish(ticks(0, 1));
    await publisher.flush();
    const letters: { id: string }[] = [];
    const gaps: unknown[] = [];
    const consumed = consumeThrough(given.log, 6, 'g', {
      onDeadLetter: (letter) => letters.push(letter),
      onGap: (gap) => gaps.push(gap),
    });
    await expect.poll(() => given.pendingOf('g')).toBe(0);
    const poison = ['t', 'game.tick', 'g', '', 'e', '{"nonsense":'];
    await given.redis.xadd(keys.events, '3-0', ...poison);
    await given.redis.xadd(keys.events, '*', ...poison);
    await expect.poll(() => letters.length).toBe(2);
    publisher.publish(ticks(2, 5));
    expect(await consumed).toEqual(countTo(6));
    expect(gaps).toEqual([]);
    const [first, second] = await given.log.deadLetters.list('g');
    expect(first).toMatchObject({ id: '3-0', fields: { e: '{"nonsense":' } });
    expect(first?.error).toContain('not JSON');
    expect(Number.parseInt(second?.id ?? '', 10)).toBeGreaterThan(1e12);
    expect(await given.pendingOf('g')).toBe(0);
    await publisher.close();
  });

  it('has no say about the epoch, even when it is an event of another log', async () => {
    const epoch = await given.fill(3);
    const keys = logKeys(given.stream);
    const [first] = await given.log.range(1, 1);
    if (first === undefined) throw new Error('expected an event');
    const stop = new AbortController();
    const seen: string[] = [];
    const epochs: string[] = [];
    const gaps: unknown[] = [];
    const letters: string[] = [];
    const group = given.log.group('g', {
      from: 'start',
      leaseTtlMs: LEASE_MS,
      signal: stop.signal,
      onEpoch: (newer) => epochs.push(newer),
      onGap: (gap) => gaps.push(gap),
      onDeadLetter: ({ id }) => letters.push(id),
    });
    for await (const { events } of group) {
      seen.push(...events.map(({ id }) => id));
      const next = seen.length + 1;
      if (next === 4) {
        const all = given.redis.multi();
        for (const [seq, of] of [
          [4, epoch],
          [5, 'ffff'],
          [6, epoch],
        ] as const) {
          const event = encodeEvent(placeEvent(first, of, seq));
          all.xadd(keys.events, `${seq}-0`, 't', 'x', 'g', '', 'e', event);
        }
        await all.exec();
      } else stop.abort();
    }
    expect(seen).toEqual([1, 2, 3, 4, 6].map((seq) => `${epoch}:${seq}`));
    expect({ epochs, gaps, letters }).toEqual({ epochs: [], gaps: [], letters: ['5-0'] });
  });

  it('is put in order among the dead letters when it comes after a younger one', async () => {
    await given.fill(2);
    const keys = logKeys(given.stream);
    await given.redis.xadd(keys.deadLetters('g'), '900-0', 'error', 'before', 't', 'x');
    await given.redis.xadd(keys.events, '3-0', 'e', 'no event');
    await given.redis.xadd(keys.events, '4-0', 'e', 'no event');
    const stop = new AbortController();
    const ids: string[] = [];
    const onDeadLetter = ({ id }: { id: string }): void => {
      ids.push(id);
      if (ids.length === 2) setTimeout(() => stop.abort(), 50);
    };
    const group = given.log.group('g', {
      from: 'start',
      leaseTtlMs: LEASE_MS,
      signal: stop.signal,
      onDeadLetter,
    });
    for await (const { events } of group) expect(events).toHaveLength(2);
    expect((await given.log.deadLetters.list('g')).map(({ id }) => id)).toEqual(['3-0', '4-0', '900-0']);
  });
});

describe('the feed', () => {
  it.each([
    ['under an id of the clock', ['*', '*']],
    ['in the next place', ['4-0']],
    ['between two places', ['3-7']],
  ])('puts aside what somebody else wrote %s, and goes on without a gap', async (_where, ids) => {
    const keys = logKeys(given.stream);
    const publisher = await publisherOf(given.log, { requiredGroups: ['recorder'] });
    publisher.publish(ticks(0, 2));
    await publisher.flush();
    for (const id of ids) await given.redis.xadd(keys.events, id, 'by', 'a stranger');
    publisher.publish(ticks(3, 9));
    await publisher.flush();
    const { epoch, last } = await given.log.state();
    expect({ epoch, last }).toEqual({ epoch: publisher.epoch, last: 10 });
    expect((await given.log.range(1, 10)).map(({ seq }) => seq)).toEqual(countTo(10));
    const letters = await given.log.deadLetters.list('feed');
    expect(letters.map(({ fields }) => fields)).toEqual(ids.map(() => ({ by: 'a stranger' })));
    expect(await consumeThrough(given.log, 10, 'recorder')).toEqual(countTo(10));
    await publisher.close();
  });

  it('puts it aside at its start too', async () => {
    const keys = logKeys(given.stream);
    const epoch = await given.fill(3);
    await given.redis.xadd(keys.events, '*', 'by', 'a stranger');
    const publisher = await publisherOf(given.log);
    publisher.publish([tick(3)]);
    await publisher.flush();
    expect(await given.log.state()).toEqual({ epoch, first: 1, last: 4 });
    expect(await given.log.deadLetters.count('feed')).toBe(1);
    await publisher.close();
  });
});

describe('dead letters', () => {
  it('are delivered again on demand, told apart, and leave when they were processed', async () => {
    await given.fill(3);
    const keys = logKeys(given.stream);
    const [, , third] = await given.redis.xrange(keys.events, '-', '+');
    await given.redis.xadd(
      keys.deadLetters('g'),
      '3-0',
      'error',
      'could not be processed',
      ...(third?.[1] ?? []),
    );
    await given.redis.xadd(keys.deadLetters('g'), '4-0', 'error', 'not an event', 'e', 'nonsense');
    expect(await consumeThrough(given.log, 3, 'g')).toEqual(countTo(3));
    const { replayed, refused } = await given.log.deadLetters.replay('g');
    expect({ replayed, refused: refused.map(({ id }) => id) }).toEqual({
      replayed: ['3-0'],
      refused: ['4-0'],
    });
    const stop = new AbortController();
    const seen: [number, boolean][] = [];
    for await (const batch of given.log.group('g', {
      from: 'start',
      leaseTtlMs: LEASE_MS,
      signal: stop.signal,
    })) {
      seen.push(...batch.events.map(({ seq }) => [seq, batch.replayed] as [number, boolean]));
      stop.abort();
    }
    expect(seen).toEqual([[3, true]]);
    expect((await given.log.deadLetters.list('g')).map(({ id }) => id)).toEqual(['4-0']);
    expect(await given.log.deadLetters.discard('g', ['4-0'])).toBe(1);
  });
});

describe('a log that holds as many events as it may', () => {
  it('takes no more until those before are trimmed; they wait in the file, told of, and none is lost', async () => {
    const problems: (string | null)[] = [];
    const publisher = await publisherOf(given.log, {
      requiredGroups: ['slow'],
      maxEvents: 10,
      onProblem: (problem) => problems.push(problem),
    });
    publisher.publish(ticks(0, 24));
    await expect.poll(() => problems.at(-1)).toContain('full (10 events)');
    expect(await given.log.state()).toMatchObject({ first: 1, last: 10 });
    expect(publisher.waiting).toBe(15);
    for (const last of [10, 20, 25]) {
      expect((await consumeThrough(given.log, last, 'slow')).at(-1)).toBe(last);
      const { floor } = await given.log.trim(Number.MAX_SAFE_INTEGER, ['slow']);
      await publisher.forget(floor);
      if (last < 25)
        await expect.poll(async () => (await given.log.state()).last).toBe(Math.min(last + 10, 25));
    }
    await publisher.flush();
    expect(problems.at(-1)).toBeNull();
    await publisher.close();
  });
});
