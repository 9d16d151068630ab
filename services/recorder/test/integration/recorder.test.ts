import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rebuild } from '../../src/rebuild.js';
import type { RecorderOptions } from '../../src/recorder.js';
import { GameScript, logOf, STARTED } from '../script.js';
import {
  failingSync,
  owned,
  recordAll,
  recorderOn,
  recordings,
  segments,
  silent,
  temporaryFolder,
} from './folder.js';

const game = new GameScript('20251207-1c1ca4cce9ac71e7', [1, 1.1, 1.3, 0.8, 0.02]);
const next = new GameScript('20251207-0000000011111111', [1, 2, 0.01], STARTED + 60_000);
const events = logOf([...game.whole(), ...next.whole(), game.sealed(), next.sealed()]);

function open(folder: string, options: Partial<RecorderOptions> = {}) {
  const opened = recorderOn(folder, options);
  onTestFinished(() => opened.recorder.close());
  return opened;
}

async function undisturbed(): Promise<Record<string, string>> {
  const folder = await temporaryFolder();
  await recordAll(folder, events);
  return recordings(folder);
}

describe('the recorder', () => {
  it('writes a game at its rug, and again when it is sealed', async () => {
    const folder = await temporaryFolder();
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    const name = '2025-12-07/games/20251207T143022_e9ac71e7.game.json';
    await recorder.record(events.slice(0, 6), owned);
    expect(await recordings(folder)).toEqual({});
    await recorder.record(events.slice(6, 7), owned);
    expect((await recordings(folder))[name]).toContain('"verified":null');
    await recorder.record(events.slice(7), owned);
    expect((await recordings(folder))[name]).toContain('"verified":true');
  });

  it('says after a restart how far it had come, and goes on with the running game', async () => {
    const folder = await temporaryFolder();
    const first = open(folder).recorder;
    expect(await first.takeOver(1)).toBeUndefined();
    await first.record(events.slice(0, 4), owned);
    await first.close();
    expect(await recordings(folder)).toEqual({});
    const second = open(folder).recorder;
    expect(await second.takeOver(2)).toEqual({ epoch: '8f3a12bc', seq: 4 });
    await second.record(events.slice(4), owned);
    expect(await recordings(folder)).toEqual(await undisturbed());
  });

  it('adds a dead letter that is sent again to its game, once, whatever restarts and rebuilds come', async () => {
    const folder = await temporaryFolder();
    const events = logOf([...game.whole(), ...next.whole()]);
    const whole = await temporaryFolder();
    await recordAll(whole, events);
    const expected = await recordings(whole);
    const missed = events.findIndex(
      ({ type, data }) => type === 'game.tick' && 'tickCount' in data && data.tickCount === 1,
    );
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    await recorder.record([...events.slice(0, missed), ...events.slice(missed + 1)], owned);
    const position = recorder.position;
    expect(await recordings(folder)).not.toEqual(expected);
    await recorder.record(events.slice(missed, missed + 1), owned, true);
    expect(recorder.position).toEqual(position);
    expect(await recordings(folder)).toEqual(expected);
    await recorder.close();
    const second = open(folder).recorder;
    expect(await second.takeOver(2)).toEqual(position);
    await second.record(events.slice(missed, missed + 1), owned, true);
    const journal = await Promise.all((await segments(folder)).map((path) => readFile(path, 'utf8')));
    expect(journal.join('').match(/^\{"late":/gm)).toHaveLength(1);
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(expected);
  });

  it('repairs at its start what a crash left of the files', async () => {
    const folder = await temporaryFolder();
    await recordAll(folder, events);
    const expected = await recordings(folder);
    const day = join(folder, 'recordings/2025-12-07');
    await rm(join(day, 'index.json'));
    await rm(join(day, 'games/20251207T143022_e9ac71e7.game.json'));
    await writeFile(join(day, 'jsonl/game_20251207_143122_11111111.jsonl'), 'half a li');
    await writeFile(join(day, 'games/.20251207T143022_e9ac71e7.game.json.0a1b2c3d.tmp'), '{"meta"');
    await open(folder).recorder.takeOver(2);
    expect(await recordings(folder)).toEqual(expected);
  });

  it('stops while the disk fails, says so, and goes on with every event once when it works again', async () => {
    const folder = await temporaryFolder();
    const { recorder, checks } = open(folder, { sync: failingSync(1) });
    await recorder.takeOver(1);
    await recorder.record(events.slice(0, 5), owned);
    const recording = recorder.record(events.slice(5), owned);
    await expect.poll(() => checks.get('journal')).toBe(false);
    expect(await recording).toBe(true);
    expect(checks.get('journal')).toBe(true);
    expect(await recordings(folder)).toEqual(await undisturbed());
    await rm(join(folder, 'recordings'), { recursive: true });
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(await undisturbed());
  });

  it('writes the files later when their folder is not to be written to at first', async () => {
    const folder = await temporaryFolder();
    const { recorder, checks } = open(folder);
    await recorder.takeOver(1);
    await writeFile(join(folder, 'recordings'), 'a file where a folder should be');
    const recording = recorder.record(events, owned);
    await expect.poll(() => checks.get('files')).toBe(false);
    await rm(join(folder, 'recordings'));
    expect(await recording).toBe(true);
    expect(await recordings(folder)).toEqual(await undisturbed());
  });

  it('gives up a batch when ownership is gone, so that it is not acknowledged', async () => {
    const folder = await temporaryFolder();
    const { recorder } = open(folder, { sync: failingSync(100) });
    await recorder.takeOver(1);
    await recorder.record(events.slice(0, 2), owned);
    let mine = true;
    const recording = recorder.record(events.slice(2), () => mine);
    mine = false;
    expect(await recording).toBe(false);
  });

  it('has one file set a game, also when a game is announced again after a reconnect', async () => {
    const folder = await temporaryFolder();
    const again = [game.start(), ...game.ticks(0, 2), game.start(2), ...game.ticks(2), game.rug()];
    await recordAll(folder, logOf(again));
    expect(Object.keys(await recordings(folder))).toHaveLength(3);
  });
});

describe('a rebuild', () => {
  it('gives the same files from the journal alone, over many segments, and says what it wrote', async () => {
    const folder = await temporaryFolder();
    const { recorder } = open(folder, { segmentBytes: 500 });
    await recorder.takeOver(1);
    for (const event of events) await recorder.record([event], owned);
    const expected = await recordings(folder);
    const copy = await temporaryFolder();
    await cp(join(folder, 'journal'), join(copy, 'journal'), { recursive: true });
    expect((await segments(copy)).length).toBeGreaterThan(5);
    const day = { date: '2025-12-07', games: 2, complete: 2 };
    expect(await rebuild(copy, silent)).toEqual([{ ...day, written: 2, unchanged: 0 }]);
    expect(await recordings(copy)).toEqual(expected);
    expect(await rebuild(copy, silent)).toEqual([{ ...day, written: 0, unchanged: 2 }]);
  });

  it('goes by what the oldest segment carries when older ones were removed', async () => {
    const folder = await temporaryFolder();
    const { recorder } = open(folder, { segmentBytes: 500 });
    await recorder.takeOver(1);
    for (const event of events) await recorder.record([event], owned);
    const expected = await recordings(folder);
    for (const segment of (await segments(folder)).slice(0, -2)) await rm(segment);
    await rm(join(folder, 'recordings'), { recursive: true });
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(expected);
  });

  it('of an empty folder finds nothing', async () => {
    expect(await rebuild(await temporaryFolder(), silent)).toEqual([]);
  });
});
