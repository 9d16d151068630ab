import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@vectra/launcher';
import {
  dayIndex,
  sessionRecording,
  type Event,
  type SessionAction,
  type SessionRecording,
} from '@vectra/protocol';
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
  const files = names.filter((name) => /sessions\/[^.]+_session\.json$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')));
  // Not by their names, which tell the second only.
  return texts
    .map((text) => sessionRecording.parse(JSON.parse(text)))
    .sort((a, b) => a.meta.session_start.localeCompare(b.meta.session_start));
}

const newest = async (): Promise<SessionRecording | undefined> => (await sessions()).at(-1);

async function ledger(): Promise<LedgerRow[]> {
  const response = await fetch(`${test.system.url('simulator')}/api/simulator/account`);
  return ((await response.json()) as { ledger: LedgerRow[] }).ledger;
}

/**
 * What both tell of an action. The tick of a lost bet is the last at which it could have won. That a sale was forced is known
 * once the game has ended.
 */
const told = ({ gameId, action, amount, tick }: LedgerRow, ended: ReadonlySet<string | null>): string => {
  const name = action === 'rugged' && !ended.has(gameId) ? 'SELL' : ACTIONS[action];
  return [gameId, name, amount, ...(action === 'sidebet lost' ? [] : [tick])].join(' ');
};

const recorded = ({ game_id, action, amount, tick }: SessionAction): string =>
  [game_id, action, Number(amount), ...(action === 'SIDEBET_LOSE' ? [] : [tick])].join(' ');

/** Every action of the session as the simulator's account tells it, none left out, with what it had after it. */
function expectTrue(
  actions: readonly SessionAction[],
  rows: readonly LedgerRow[],
  ended: ReadonlySet<string | null>,
): void {
  const wanted = actions.map(recorded).join('\n');
  const all = rows.map((row) => told(row, ended));
  const first = all.findIndex((_, at) => all.slice(at, at + actions.length).join('\n') === wanted);
  expect(first, `${wanted}\nis not in\n${all.join('\n')}`).toBeGreaterThanOrEqual(0);
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

/** What the log tells of the account's actions, as the page is told of them, from where it says whose it is. */
function actionsIn(events: readonly Event[]): string[] {
  const first = events.find(({ type }) => type === 'player.update');
  const me = first?.type === 'player.update' ? first.data.id : undefined;
  return events.flatMap(({ id, seq, type, data }) => {
    const own = type === 'player.trade' ? data.playerId === me : type.startsWith('sidebet.') && isOwn(data);
    return own && seq > (first?.seq ?? 0) ? [id] : [];
  });
}

const isOwn = (data: object): boolean => 'own' in data && data.own === true;

it('has each action of the logged-in page’s account once, through a killed recorder, a lost connection and a shutdown', async () => {
  const moreActions = async (count: number) => {
    const recorded = async () => (await sessions()).flatMap(({ actions }) => actions).length;
    const wanted = (await recorded()) + count;
    await eventually(`${wanted} actions are recorded`, async () => (await recorded()) >= wanted);
  };
  await moreActions(10);
  test.system.child('recorder').signal('SIGKILL');
  await moreActions(8);
  const open = (await newest())?.meta;
  await fetch(`${test.system.url('simulator')}/api/simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'disconnect', sockets: 'page', durationMs: 1_000 }),
  });
  await eventually('the session has ended, and another one begun', async () => {
    const meta = (await newest())?.meta;
    return meta !== undefined && meta.session_id !== open?.session_id;
  });
  await moreActions(5);
  await test.system.stopService('feed');
  await recorderCaughtUp(test.log);
  const all = await sessions();
  expect(all.length).toBeGreaterThanOrEqual(2);
  // One that was cut before it said its name has none.
  expect(all.map(({ meta }) => meta.username)).toContain('simulated');
  for (const { meta, summary, actions } of all) {
    expect(meta).toMatchObject({ end_reason: 'disconnected', part: 1 });
    expect(summary).toMatchObject({ drifts: 0, actions: actions.length });
  }
  const rows = await ledger();
  const { last } = await test.log.state();
  const events = await test.log.range(1, last, last);
  const told = new Set(actionsIn(events));
  const ended = new Set(events.filter(({ type }) => type === 'game.end').map(({ gameId }) => gameId));
  for (const { actions } of all)
    expectTrue(
      actions.filter(({ id }) => told.has(id)),
      rows,
      ended,
    );
  const ids = all.flatMap(({ actions }) => actions.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  // A bet whose end the page did not hear of is known from what everybody is told later.
  expect(ids.filter((id) => told.has(id))).toEqual([...told]);
  const bets = all.flatMap(({ actions }) => actions.filter(({ action }) => action.startsWith('SIDEBET_')));
  expect(bets.length).toBeGreaterThan(0);
  const ends = bets.filter(({ action }) => action !== 'SIDEBET_PLACE');
  expect(new Set(ends.map(({ game_id, bet_start_tick }) => `${game_id} ${bet_start_tick}`)).size).toBe(
    ends.length,
  );
  const days = new Set(all.map(({ meta }) => meta.session_start.slice(0, 10)));
  const indexes = [...days].map((day) =>
    readFile(join(test.dataDir, 'recordings', day, 'index.json'), 'utf8'),
  );
  const listed = (await Promise.all(indexes)).flatMap(
    (text) => dayIndex.parse(JSON.parse(text)).sessions ?? [],
  );
  // Of sessions that begin within a second, names of files and the index need not have the same order.
  const sorted = (sessions: readonly { summary: unknown }[]): string[] =>
    sessions.map(({ summary }) => JSON.stringify(summary)).sort();
  expect(sorted(listed)).toEqual(sorted(all));
  await test.system.stopService('recorder');
  const before = await filesBelow(join(test.dataDir, 'recordings'));
  await rebuild(test.dataDir, silent);
  expect(await filesBelow(join(test.dataDir, 'recordings'))).toEqual(before);
});
