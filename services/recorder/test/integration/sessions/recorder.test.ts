import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayIndex, placeEvent, sessionRecording, type Draft, type Event } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rebuild } from '../../../src/rebuild.js';
import type { RecorderOptions } from '../../../src/recorder.js';
import { accountDrafts } from '../../accountLogs.js';
import { AccountScript } from '../../accountScript.js';
import { EPOCH, GameScript, logOf, STARTED } from '../../script.js';
import { plans, runDisturbed } from '../disturbed.js';
import { owned, recordAll, recorderOn, recordings, segments, silent, temporaryFolder } from '../folder.js';

const DAY = '2025-12-07';
const FILE = `${DAY}/sessions/20251207T143023_dutch_session.json`;
const INDEX = `${DAY}/index.json`;

function open(folder: string, options: Partial<RecorderOptions> = {}) {
  const opened = recorderOn(folder, options);
  onTestFinished(() => opened.recorder.close());
  return opened;
}

/** A login, a buy and what came of it, and the end of the connection. */
function script(): { events: Event[]; login: number; end: number } {
  const my = new AccountScript();
  const login = my.login('1');
  const drafts = [
    ...login,
    my.trade('buy', 3, ['1.25', '0.08', '0.1']),
    my.update('0.9', '0.08', '1.25'),
    my.trade('sell', 9, ['1.5', '0.08', '0.12']),
    my.update('1.02'),
  ];
  return {
    events: logOf([...drafts, my.connection('disconnected')]),
    login: login.length,
    end: drafts.length,
  };
}

async function sessionIn(folder: string) {
  return sessionRecording.parse(JSON.parse((await recordings(folder))[FILE] ?? ''));
}

async function listedIn(folder: string) {
  return dayIndex.parse(JSON.parse((await recordings(folder))[INDEX] ?? '')).sessions;
}

describe('the recorder', () => {
  it('keeps a file of the session from its login on, and says in the index what came of it at its end', async () => {
    const folder = await temporaryFolder();
    const { events, login, end } = script();
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    await recorder.record(events.slice(0, login), owned);
    expect((await sessionIn(folder)).meta.session_end).toBeNull();
    expect(await listedIn(folder)).toMatchObject([{ session_end: null, summary: null }]);
    await recorder.record(events.slice(login, end), owned);
    const { actions, summary } = await sessionIn(folder);
    expect(actions.map(({ action, balance_after }) => [action, balance_after])).toEqual([
      ['BUY', '0.9'],
      ['SELL', '1.02'],
    ]);
    expect(summary).toMatchObject({ start_balance: '1', end_balance: '1.02', realized_pnl: '0.02' });
    await recorder.record(events.slice(end), owned);
    expect((await sessionIn(folder)).meta.end_reason).toBe('disconnected');
    expect(await listedIn(folder)).toMatchObject([
      { end_reason: 'disconnected', summary, file: FILE.slice(DAY.length + 1) },
    ]);
  });

  it('that stops leaves the session open, and the next one goes on with the same file', async () => {
    const { events } = script();
    const whole = await temporaryFolder();
    await recordAll(whole, events);
    const folder = await temporaryFolder();
    for (const [index, event] of events.entries()) {
      const { recorder } = open(folder, { segmentBytes: 1 });
      await recorder.takeOver(index + 1);
      await recorder.record([event], owned);
      await recorder.close();
    }
    expect(await recordings(folder)).toEqual(await recordings(whole));
  });

  it('puts back at its start what a crash left of the session’s file', async () => {
    const { events, end } = script();
    const folder = await temporaryFolder();
    await recordAll(folder, events.slice(0, end));
    const expected = await recordings(folder);
    await writeFile(join(folder, 'recordings', FILE), '{"meta":');
    await writeFile(join(folder, 'recordings', DAY, 'sessions/.x_session.json.0a1b2c3d.tmp'), '{');
    await rm(join(folder, 'recordings', INDEX));
    await open(folder).recorder.takeOver(2);
    expect(await recordings(folder)).toEqual(expected);
  });

  it('writes later what the disk refused while the segment that told of it was left behind', async () => {
    const { events } = script();
    const whole = await temporaryFolder();
    await recordAll(whole, events);
    const folder = await temporaryFolder();
    await recordAll(folder, events);
    const file = join(folder, 'recordings', FILE);
    await rm(file);
    await mkdir(file);
    const second = open(folder).recorder;
    await second.takeOver(2);
    const next = placeEvent(new AccountScript().drift(), EPOCH, events.length + 1);
    let asked = 0;
    expect(await second.record([next], () => (asked += 1) < 3)).toBe(false);
    await second.close();
    expect(await segments(folder)).toHaveLength(2);
    await rmdir(file);
    await open(folder).recorder.takeOver(3);
    expect(await recordings(folder)).toEqual(await recordings(whole));
  });

  it('ends the session where events were trimmed before it got them, and so does a rebuild', async () => {
    const folder = await temporaryFolder();
    const { events, login, end } = script();
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    await recorder.record(events.slice(0, login), owned);
    recorder.noteGap({ from: login + 1, to: end });
    await recorder.record(events.slice(end), owned);
    expect((await sessionIn(folder)).meta).toMatchObject({
      end_reason: 'gap',
      session_end: '2025-12-07T14:30:24.118Z',
    });
    const expected = await recordings(folder);
    await rm(join(folder, 'recordings'), { recursive: true });
    await rebuild(folder, silent);
    expect(await recordings(folder)).toEqual(expected);
  });

  it('leaves the index alone while a session acts', async () => {
    const folder = await temporaryFolder();
    const { events, login, end } = script();
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    await recorder.record(events.slice(0, login), owned);
    await rm(join(folder, 'recordings', INDEX));
    await recorder.record(events.slice(login, end), owned);
    await expect(readFile(join(folder, 'recordings', INDEX))).rejects.toThrow('ENOENT');
    await recorder.record(events.slice(end), owned);
    expect(await listedIn(folder)).toHaveLength(1);
  });

  it('says in the index what an open session’s account is called, also when that is told later', async () => {
    const folder = await temporaryFolder();
    const my = new AccountScript();
    const events = logOf([...my.login('1'), my.identity('other')]);
    const { recorder } = open(folder);
    await recorder.takeOver(1);
    for (const event of events) await recorder.record([event], owned);
    expect(await listedIn(folder)).toMatchObject([{ username: 'other', session_end: null }]);
  });

  it('leaves what is no session out of the index, and lists what somebody else put there', async () => {
    const folder = await temporaryFolder();
    const { events, end } = script();
    await recordAll(folder, events.slice(0, end));
    const sessions = join(folder, 'recordings', DAY, 'sessions');
    const { meta, ...rest } = await sessionIn(folder);
    const earlier = { ...meta, session_start: '2025-12-07T01:00:00.000Z', session_end: meta.session_start };
    await writeFile(join(sessions, 'z_session.json'), JSON.stringify({ meta: earlier, ...rest }));
    await writeFile(join(sessions, 'damaged_session.json'), '{"meta":{}}');
    const { recorder } = open(folder);
    await recorder.takeOver(2);
    await recorder.record(events.slice(end), owned);
    expect((await listedIn(folder))?.map(({ file }) => file)).toEqual([
      'sessions/z_session.json',
      FILE.slice(DAY.length + 1),
    ]);
  });

  it('reads a journal of the time before there were sessions', async () => {
    const folder = await temporaryFolder();
    const { events, end } = script();
    await recordAll(folder, events.slice(0, end));
    const [path = ''] = await segments(folder);
    const text = await readFile(path, 'utf8');
    const [first = '', ...lines] = text.split('\n');
    const { sessions, ...header } = JSON.parse(first) as Record<string, unknown>;
    expect(sessions).toBeDefined();
    await writeFile(path, [JSON.stringify(header), ...lines].join('\n'));
    const expected = await recordings(folder);
    await rm(join(folder, 'recordings'), { recursive: true });
    await open(folder).recorder.takeOver(2);
    expect(await recordings(folder)).toEqual(expected);
  });
});

/** The account's events between those of a game. */
const log: fc.Arbitrary<Event[]> = fc
  .tuple(accountDrafts, fc.infiniteStream(fc.boolean()))
  .map(([drafts, own]) => {
    const game = new GameScript('20251207-aaaaaaaaaaaaaaaa', [1, 1.1, 1.2, 1.3, 0.01], STARTED).whole();
    const mixed: Draft[] = [];
    while (drafts.length + game.length > 0) {
      const next = own.next().value === true ? drafts.shift() : game.shift();
      if (next !== undefined) mixed.push(next);
    }
    return logOf(mixed);
  });

it('gives the sessions of an undisturbed run, however the log is split and wherever recorders are killed or replaced', async () => {
  const root = await temporaryFolder();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(log, plans, async (events, plan) => {
      const [calm, disturbed] = [join(root, `calm-${runs}`), join(root, `disturbed-${runs}`)];
      runs += 1;
      await recordAll(calm, events);
      await runDisturbed(disturbed, events, plan);
      const expected = await recordings(calm);
      expect(await recordings(disturbed)).toEqual(expected);
      await rm(join(disturbed, 'recordings'), { recursive: true, force: true });
      await rebuild(disturbed, silent);
      expect(await recordings(disturbed)).toEqual(expected);
      await rm(calm, { recursive: true });
      await rm(disturbed, { recursive: true });
    }),
    { numRuns: 40 },
  );
});
