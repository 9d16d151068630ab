import { readFile, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@vectra/stream';
import { describe, expect, it } from 'vitest';
import { GameScript, STARTED } from '../script.js';
import { recordAll, recordings, segments, temporaryFolder } from './folder.js';
import { testLog } from './process.js';

const wave = (ticks: number) => Array.from({ length: ticks }, (_, tick) => 1 + Math.sin(tick / 9) / 2);
const games = Array.from(
  { length: 6 },
  (_, index) =>
    new GameScript(`20251207-${index}c1ca4cce9ac71e7`, wave(90 + index), STARTED + index * 60_000),
);
const drafts = games
  .flatMap((game, index) => [...game.whole(), ...(games[index - 1] ? [games[index - 1]?.sealed()] : [])])
  .filter((draft) => draft !== undefined);

async function undisturbed(log: EventLog): Promise<Record<string, string>> {
  const folder = await temporaryFolder();
  await recordAll(folder, await log.range(1, Number.MAX_SAFE_INTEGER, 100_000));
  return recordings(folder);
}

async function ready(url: string): Promise<number | undefined> {
  return fetch(`${url}/readyz`).then(
    ({ status }) => status,
    () => undefined, // does not listen yet
  );
}

describe('the recorder process', () => {
  it('killed again and again in the middle of games leaves the files of an undisturbed run', async () => {
    const { folder, log, publisher, startRecorder, settled } = await testLog();
    const step = 120;
    for (let from = 0; from < drafts.length; from += step) {
      const { child } = await startRecorder();
      publisher.publish(drafts.slice(from, from + step / 2));
      await settled();
      publisher.publish(drafts.slice(from + step / 2, from + step));
      await sleep(from / 40); // anywhere between before and after these are recorded
      child.signal('SIGKILL');
      await child.exited;
    }
    await startRecorder();
    await settled();
    const found = await recordings(folder);
    expect(Object.keys(found)).toHaveLength(2 * games.length + 1);
    expect(found).toEqual(await undisturbed(log));
  });

  it('hands over to a standby when it is killed', async () => {
    const { folder, log, publisher, startRecorder, settled } = await testLog();
    const first = await startRecorder();
    publisher.publish(drafts.slice(0, 150));
    await settled();
    const second = await startRecorder();
    await expect.poll(() => ready(second.url)).toBe(200);
    publisher.publish(drafts.slice(150, 250));
    first.child.signal('SIGKILL');
    publisher.publish(drafts.slice(250));
    await settled();
    expect(second.child.running).toBe(true);
    expect(await recordings(folder)).toEqual(await undisturbed(log));
  });

  it('stops cleanly in the middle of a game, which it writes only when it has ended', async () => {
    const { folder, publisher, startRecorder, settled } = await testLog();
    const { child } = await startRecorder();
    publisher.publish(drafts.slice(0, 50));
    await settled();
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await recordings(folder)).toEqual({});
  });

  it('tells and writes down when events were trimmed before they could be recorded', async () => {
    const { folder, log, publisher, startRecorder, settled } = await testLog();
    const first = await startRecorder();
    publisher.publish(drafts.slice(0, 10));
    await settled();
    await first.child.stop(5_000);
    // The disk lost what it had reported durable, and Redis has dropped it.
    const [segment = ''] = await segments(folder);
    const kept = (await readFile(segment, 'utf8')).split('\n').slice(0, 4).join('\n').length + 1;
    await truncate(segment, kept);
    await log.trim(Number.MAX_SAFE_INTEGER, ['recorder']);
    publisher.publish(drafts.slice(10, 12));
    const { url } = await startRecorder();
    await expect.poll(() => ready(url)).toBe(503);
    await settled();
    const state = (await (await fetch(`${url}/readyz`)).json()) as { checks: Record<string, unknown> };
    expect(state.checks.gap).toMatchObject({
      ok: false,
      detail: expect.stringContaining('events 4 to 10') as string,
    });
    expect(await readFile((await segments(folder)).at(-1) ?? '', 'utf8')).toContain(
      '{"gap":{"from":4,"to":10}}',
    );
  });

  it('counts what it does', async () => {
    const { publisher, startRecorder, settled } = await testLog();
    const { url } = await startRecorder();
    const [game] = games;
    publisher.publish(game?.whole() ?? []);
    await settled();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`recorder_events_total ${game?.whole().length}`);
    expect(metrics).toContain('recorder_games_written_total 1');
    expect(metrics).toMatch(/recorder_journal_bytes_total [1-9]/);
    expect(metrics).toContain('recorder_fsync_seconds_bucket');
  });
});
