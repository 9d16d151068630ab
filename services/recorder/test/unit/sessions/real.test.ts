import { placeEvent, type Draft } from '@vectra/protocol';
import { expect, it } from 'vitest';
import { Normalizer } from '../../../../feed/src/normalizer.js';
import { captures, upstreamEventsOf } from '../../../../feed/test/unit/captures.js';
import { SessionKeeper } from '../../../src/sessions/keeper.js';
import { EPOCH } from '../../script.js';

function sessionsOf(capture: string) {
  const normalizer = new Normalizer({ source: 'public', rawEvents: [] });
  const upstream = upstreamEventsOf(capture);
  const drafts = upstream.flatMap((event) => normalizer.ingest({ ...event, via: 'chrome' }).drafts);
  const timestamp = upstream.at(-1)?.receivedAt ?? 0;
  const data = { status: 'disconnected', source: 'chrome', attempt: 0, reason: null } as const;
  const lost: Draft = { type: 'connection.status', timestamp, gameId: null, source: 'public', data };
  const keeper = new SessionKeeper();
  for (const [index, draft] of [...drafts, lost].entries()) keeper.apply(placeEvent(draft, EPOCH, index + 1));
  return { sessions: keeper.due(), trades: drafts.filter(({ type }) => type === 'player.trade').length };
}

it('a real page on which nothing was done has one session, named by its player, without other players’ trades', () => {
  const [capture = expect.fail()] = captures.filter((name) => name.includes('authenticated'));
  const { sessions } = sessionsOf(capture);
  expect(sessions.map(({ date, name }) => `${date}/${name}`)).toEqual([
    '2025-12-15/sessions/20251215T053925_player-00000296_session.json',
  ]);
  expect(sessions[0]?.recording).toMatchObject({
    meta: { player_id: 'did:privy:cm0000000000000000000296', username: null, end_reason: 'disconnected' },
    summary: { start_balance: '0.017619831', end_balance: '0.017619831', actions: 0, drifts: 0 },
    actions: [],
  });
});

it('real public connections have none, though people trade', () => {
  const others = captures.filter((name) => name.includes('public')).map(sessionsOf);
  expect(others.flatMap(({ sessions }) => sessions)).toEqual([]);
  expect(others.some(({ trades }) => trades > 0)).toBe(true);
});
