import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSystem } from '@vectra/launcher';
import type { Event, GameRecording } from '@vectra/protocol';
import { chance } from './faults/chance.js';
import {
  eventually,
  getJson,
  metric,
  recorderCaughtUp,
  recordingsIn,
  standbyRecorder,
  testSystem,
  type TestSystem,
} from './harness.js';

const folder = new URL('../../shared/rugs/captures/', import.meta.url);

interface Line {
  event: string;
  direction?: string;
  data: { gameHistory?: { id: string; prices?: number[] }[] } | null;
}

interface Status {
  finished: boolean;
}

describe.each(readdirSync(folder))(
  'the captured session %s, played through the whole system while recorders are killed',
  (capture) => {
    const file = fileURLToPath(new URL(capture, folder));
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const upstream = lines.filter(({ event, direction }) => event !== 'connect' && direction !== 'sent');
    const history = new Map(
      upstream
        .flatMap(({ data }) => data?.gameHistory ?? [])
        .flatMap(({ id, prices }) => (prices === undefined ? [] : [[id, prices] as const])),
    );
    let test: TestSystem;
    let standby: LocalSystem;
    let events: Event[];
    let recordings: GameRecording[];

    beforeAll(async () => {
      test = await testSystem({ env: { SIMULATOR_CAPTURE: file, SIMULATOR_SPEED: '20' } });
      const { system, log } = test;
      standby = await standbyRecorder(test);
      const replayed = async (): Promise<boolean> =>
        (await getJson<Status>(`${system.url('simulator')}/api/simulator`)).finished;
      const moment = chance(capture);
      while (!(await replayed())) {
        await sleep(moment.between(500, 2_000));
        moment.pick([system, standby]).child('recorder').signal('SIGKILL');
      }
      const received = (): Promise<number> => metric(system.url('feed'), 'feed_upstream_events_total');
      await eventually('the feed receives every event', async () => (await received()) >= upstream.length);
      await eventually(
        'nothing waits',
        async () => (await metric(system.url('feed'), 'feed_waiting_events')) === 0,
      );
      await recorderCaughtUp(log);
      const { last } = await log.state();
      events = await log.range(1, last, last);
      recordings = await recordingsIn(test.dataDir);
    });
    afterAll(async () => {
      await standby.stop();
      await test.stop();
    });

    it('is in the log without gaps in the ids', () => {
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    });

    it('accounts for every upstream event: in the log, or counted as noise', async () => {
      const url = test.system.url('feed');
      const received = await metric(url, 'feed_upstream_events_total');
      expect(received).toBe(upstream.length);
      expect(await metric(url, 'feed_upstream_logged_total')).toBe(
        received - (await metric(url, 'feed_noise_total')),
      );
      expect(await metric(url, 'feed_published_events_total')).toBe(events.length);
      expect(await metric(url, 'feed_illegal_phase_transitions_total')).toBe(0);
      expect(events.filter((event) => event.type === 'error')).toEqual([]);
    });

    it('is recorded with exactly the prices that its own gameHistory gives, one file set a game', () => {
      const ended = events.filter((event) => event.type === 'game.end').map((event) => event.gameId);
      expect(ended.length).toBeGreaterThan(0);
      expect(recordings.map(({ meta }) => meta.game_id).sort()).toEqual(ended.sort());
      for (const { meta, prices } of recordings) {
        expect(prices).toEqual(history.get(meta.game_id));
        expect(meta).toMatchObject({ complete: true, verified: true, rug_tick: prices.length - 1 });
      }
    });

    it('has no price 1.0 that was taken from a countdown', () => {
      for (const { prices } of recordings)
        expect(prices.filter((price) => price === 1).length).toBeLessThanOrEqual(2);
      const phases = events.flatMap((event) => (event.type === 'game.tick' ? [event.data.phase] : []));
      expect(phases.filter((phase) => phase === 'COOLDOWN' || phase === 'PRESALE')).toEqual([]);
    });
  },
);
