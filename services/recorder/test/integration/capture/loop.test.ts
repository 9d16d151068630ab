import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recordings, temporaryFolder } from '../folder.js';
import { run } from '../process.js';
import { aRedis, linesIn, metric, Session, startProgram, type CapturedLine } from './loop.js';

const REAL = fileURLToPath(new URL('../../../../../../shared/rugs/captures/', import.meta.url));

interface RecordedGame {
  meta: { game_id: string; complete: boolean; rug_tick: number | null; server_seed: string | null };
  prices: number[];
}

/** The games whose files are in a data folder, by id; only what has been seen whole. */
async function wholeGames(folder: string): Promise<Record<string, unknown>> {
  const files = Object.entries(await recordings(folder)).filter(([name]) => name.endsWith('.game.json'));
  const games = files.map(([, text]) => JSON.parse(text) as RecordedGame);
  return Object.fromEntries(
    games
      .filter(({ meta }) => meta.complete)
      .map(({ meta: { game_id, rug_tick, server_seed }, prices }) => [
        game_id,
        { rug_tick, server_seed, prices },
      ]),
  );
}

const said = ({ event, data }: CapturedLine): string => JSON.stringify([event, data]);

describe('a capture', () => {
  it('of generated games gives the same events when it is replayed, and the same games when it is imported', async () => {
    const redis = await aRedis();
    const first = await Session.start(redis, 'played', { SIMULATOR_SPEED: '60', SIMULATOR_SEED: 'capture' });
    const sealed = async () =>
      (await first.events()).filter((event) => 'type' in event && event.type === 'game.sealed').length;
    await expect.poll(sealed, { interval: 200 }).toBeGreaterThanOrEqual(3);
    await first.end();
    const [capture = '', ...others] = await first.captures();
    expect(others).toEqual([]);
    const lines = await linesIn(capture);
    expect(lines.filter(({ event }) => event === 'capture.gap')).toEqual([]);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));

    const second = await Session.start(redis, 'replayed', { SIMULATOR_CAPTURE: capture });
    await second.replayed();
    await second.end();
    expect(await second.events()).toEqual(await first.events());

    const imported = await temporaryFolder();
    const { code } = await run(['import', join(first.folder, 'captures')], { RUGS_DATA_DIR: imported });
    expect(code).toBe(0);
    const games = await wholeGames(first.folder);
    expect(Object.keys(games).length).toBeGreaterThanOrEqual(3);
    expect(await wholeGames(imported)).toMatchObject(games);
  });

  it.each(readdirSync(REAL).filter((name) => name.endsWith('.jsonl')))(
    'of a real session gives the same events, and is the same capture again: %s',
    async (name) => {
      const redis = await aRedis();
      const real = { SIMULATOR_CAPTURE: join(REAL, name), SIMULATOR_SPEED: '20' };
      const first = await Session.start(redis, 'played', real);
      await first.replayed();
      await first.end();
      const [capture = ''] = await first.captures();
      const lines = (await linesIn(capture)).filter(({ event }) => !/^(dis)?connect$/.test(event));
      const given = readFileSync(join(REAL, name), 'utf8').trimEnd().split('\n');
      const received = given
        .map((line) => JSON.parse(line) as CapturedLine & { direction?: string })
        .filter(({ event, direction }) => direction !== 'sent' && event !== 'connect');
      expect(lines.map(said)).toEqual(received.map(said));

      const second = await Session.start(redis, 'replayed', { SIMULATOR_CAPTURE: capture });
      await second.replayed();
      await second.end();
      const events = await first.events();
      expect(events.length).toBeGreaterThan(100);
      expect(await second.events()).toEqual(events);
    },
  );

  it('with a gap says how many events are missing; the simulator and the import pass over that line and count it', async () => {
    const folder = await temporaryFolder();
    const [frame = ''] = readFileSync(join(REAL, '2025-12-06_public.jsonl'), 'utf8').split('\n');
    const gap =
      '{"seq":9,"id":"5-9","ts":"2025-12-06T19:57:11.000Z","event":"capture.gap","data":{"lost":7}}';
    const path = join(folder, '20251206T195710_420.jsonl');
    await writeFile(path, `${frame}\n${gap}\n`);
    const simulator = await startProgram('simulator', { SIMULATOR_CAPTURE: path });
    const state: unknown = await (await fetch(`${simulator.url}/api/simulator`)).json();
    expect(state).toMatchObject({ lines: 2, skipped: 1, unreadable: 0 });
    const { out } = await run(['import', folder, '--json'], { RUGS_DATA_DIR: await temporaryFolder() });
    expect(JSON.parse(out)).toMatchObject({ lines: { other: 1, unreadable: 0 } });
  });
});

describe('the recorder', () => {
  it('goes on with the games while the captures can not be written, says so, and then captures what waited', async () => {
    const redis = await aRedis();
    const session = await Session.start(redis, 'stuck', { SIMULATOR_SPEED: '30', SIMULATOR_SEED: 'stuck' });
    await expect.poll(() => metric(session.recorder, 'recorder_captured_events_total')).toBeGreaterThan(0);
    await session.recorder.child.stop(8_000);
    const captures = join(session.folder, 'captures');
    await rm(captures, { recursive: true });
    await writeFile(captures, 'in the way');
    const recorder = await startProgram('recorder', session.env);
    const checks = async () => {
      const answer = (await (await fetch(`${recorder.url}/readyz`)).json()) as { checks: unknown };
      return answer.checks;
    };
    await expect.poll(checks).toMatchObject({
      capture: { ok: false, detail: expect.stringContaining('nothing is captured') as string },
      journal: { ok: true },
    });
    const before = await metric(recorder, 'recorder_events_total');
    await expect.poll(() => metric(recorder, 'recorder_events_total')).toBeGreaterThan(before);
    await rm(captures);
    await mkdir(captures);
    await expect.poll(checks).toMatchObject({ capture: { ok: true }, journal: { ok: true } });
    await recorder.child.stop(8_000);
    const [first = ''] = await session.captures();
    const lines = await linesIn(first);
    expect(lines.some(({ event }) => event === 'capture.gap')).toBe(false);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => (lines[0]?.seq ?? 0) + index));
  });

  it('that is killed again and again captures every event once', async () => {
    const redis = await aRedis();
    const session = await Session.start(redis, 'killed', { SIMULATOR_SPEED: '60', SIMULATOR_SEED: 'killed' });
    let recorder = session.recorder;
    for (let kills = 0; kills < 5; kills++) {
      await expect
        .poll(() => metric(recorder, 'recorder_captured_events_total'), { interval: 20 })
        .toBeGreaterThan(0);
      recorder.child.signal('SIGKILL');
      await recorder.child.exited;
      recorder = await startProgram('recorder', session.env);
    }
    await session.end();
    const files = await Promise.all((await session.captures()).map(linesIn));
    expect(files.length).toBeGreaterThanOrEqual(5);
    const seqs = files.flat().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});
