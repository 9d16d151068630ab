import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import { sessionRecording, type SessionAction, type SessionRecording } from '@vectra/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  eventually,
  filesBelow,
  recorderCaughtUp,
  testSystem,
  type TestSystem,
} from '../../../../../test/harness.js';
import { Chromium } from '../../../../feed/test/integration/chromium.js';
import { rebuild } from '../../../src/rebuild.js';
import { silent } from '../folder.js';

/** One thing that the simulator's account did, and what it had after it. */
interface LedgerRow {
  at: number;
  gameId: string;
  tick: number;
  action: keyof typeof ACTIONS;
  price: number;
  amount: number;
  cash: number;
  positionQty: number;
}

const ACTIONS = {
  buy: 'BUY',
  sell: 'SELL',
  rugged: 'FORCED_SELL',
  sidebet: 'SIDEBET_PLACE',
  'sidebet won': 'SIDEBET_WIN',
  'sidebet lost': 'SIDEBET_LOSE',
} as const;

let test: TestSystem;
let chromium: Chromium;

beforeAll(async () => {
  chromium = await Chromium.prepare();
  await chromium.start();
  const port = String(await freePort());
  const page = `http://127.0.0.1:${port}/page?auth=planted`;
  test = await testSystem({
    services: ['simulator', 'recorder', 'feed'],
    env: {
      SIMULATOR_PORT: port,
      SIMULATOR_SPEED: '40',
      SIMULATOR_SEED: 'sessions',
      CHROME_CDP_URL: chromium.cdpUrl,
      CHROME_START_URL: page,
    },
  });
  await chromium.open(page);
});
afterAll(async () => {
  await test.stop();
  await chromium.remove();
});

/** Oldest first. */
async function sessions(): Promise<SessionRecording[]> {
  const root = join(test.dataDir, 'recordings');
  const names = await readdir(root, { recursive: true });
  const files = names.filter((name) => /sessions\/[^.]+_session\.json$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')));
  return texts.map((text) => sessionRecording.parse(JSON.parse(text)));
}

const newest = async (): Promise<SessionRecording | undefined> => (await sessions()).at(-1);

async function ledger(): Promise<LedgerRow[]> {
  const response = await fetch(`${test.system.url('simulator')}/api/simulator/account`);
  return ((await response.json()) as { ledger: LedgerRow[] }).ledger;
}

/** What both tell of an action. The tick of a lost bet is the last at which it could have won. */
const told = ({ gameId, action, amount, tick }: LedgerRow): string =>
  [gameId, ACTIONS[action], amount, ...(action === 'sidebet lost' ? [] : [tick])].join(' ');

const recorded = ({ game_id, action, amount, tick }: SessionAction): string =>
  [game_id, action, Number(amount), ...(action === 'SIDEBET_LOSE' ? [] : [tick])].join(' ');

/** Every action of the session as the simulator's account tells it, none left out, with what it had after it. */
function expectTrue({ actions }: SessionRecording, rows: readonly LedgerRow[]): void {
  const wanted = actions.map(recorded).join('\n');
  const first = rows.findIndex(
    (_, at) =>
      rows
        .slice(at, at + actions.length)
        .map(told)
        .join('\n') === wanted,
  );
  expect(first, `${wanted}\nis not in\n${rows.map(told).join('\n')}`).toBeGreaterThanOrEqual(0);
  for (const [index, action] of actions.entries())
    expectSame(action, rows.slice(first + index, first + index + 2));
  // What the account is told of its last moment may be cut off.
  const unknown = actions.findIndex(({ balance_after }) => balance_after === null);
  expect(unknown === -1 || unknown >= actions.length - 3).toBe(true);
}

function expectSame(action: SessionAction, [row, next]: readonly LedgerRow[]): void {
  const { price, qty, balance_after, position_qty_after } = action;
  // A bet has the price of its tick, if that came by within two seconds of it.
  if (qty !== null) expect(Number(price)).toBe(row?.price);
  if (action.action === 'SIDEBET_PLACE' && price !== null) expect(Number(price)).toBe(row?.price);
  // What happens at one moment is stated once, after all of it.
  if (balance_after === null || next?.at === row?.at) return;
  expect([Number(balance_after), Number(position_qty_after)]).toEqual([row?.cash, row?.positionQty]);
}

it('has each action of the logged-in page’s account once, through a killed recorder, a lost connection and a shutdown', async () => {
  const acts = async (count: number) =>
    eventually(`${count} actions are recorded`, async () => ((await newest())?.actions.length ?? 0) >= count);
  await acts(10);
  test.system.child('recorder').signal('SIGKILL');
  await eventually('the recorder is back', async () => {
    const was = (await newest())?.actions.length ?? 0;
    await acts(was + 8);
    return true;
  });
  expect(await sessions()).toHaveLength(1);
  await fetch(`${test.system.url('simulator')}/api/simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'disconnect', sockets: 'page', durationMs: 1_000 }),
  });
  const first = await eventually('the session ends', async () =>
    (await sessions()).find(({ meta }) => meta.session_end !== null),
  );
  expect(first.meta).toMatchObject({ username: 'simulated', end_reason: 'disconnected', part: 1 });
  expect(first.summary).toMatchObject({ drifts: 0, actions: first.actions.length });
  await eventually('another session has begun', async () => (await sessions()).length === 2);
  await acts(5);
  const rows = await ledger();
  expectTrue(first, rows);
  await test.system.stopService('feed');
  await recorderCaughtUp(test.log);
  const all = await sessions();
  expect(all.map(({ meta }) => meta.end_reason)).toEqual(['disconnected', 'disconnected']);
  for (const session of all) expectTrue(session, await ledger());
  const index = join(test.dataDir, 'recordings', first.meta.session_start.slice(0, 10), 'index.json');
  const listed = (JSON.parse(await readFile(index, 'utf8')) as { sessions: { summary: unknown }[] }).sessions;
  expect(listed.at(0)?.summary).toEqual(first.summary);
  await test.system.stopService('recorder');
  const before = await filesBelow(join(test.dataDir, 'recordings'));
  await rebuild(test.dataDir, silent);
  expect(await filesBelow(join(test.dataDir, 'recordings'))).toEqual(before);
});
