import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Event, GameRecording, Reply } from '@vectra/protocol';
import { eventually, recordingsIn, testSystem, type TestSystem } from './harness.js';

const SPEED = 100;

/** What a browser would have: a socket, and what came through it. */
class Viewer {
  readonly messages: (Event | Reply)[] = [];
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data: Buffer) =>
      this.messages.push(JSON.parse(data.toString()) as Event | Reply),
    );
  }

  async say(message: object): Promise<void> {
    await eventually('the socket is open', () => this.#socket.readyState === WebSocket.OPEN);
    this.#socket.send(JSON.stringify(message));
  }

  /** Those of live or of a replay, in the order in which they came. */
  events(isReplay: boolean): Event[] {
    return this.messages.filter(
      (each): each is Event => 'seq' in each && (each.source === 'replay') === isReplay,
    );
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** What of an event does not depend on when and through what it was received. */
function told({ type, gameId, data }: Event): object {
  return { type, gameId, data };
}

describe('a replay of recorded games, while others are played', () => {
  let test: TestSystem;
  let viewer: Viewer;
  let recordings: GameRecording[];

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'replayed', SIMULATOR_SPEED: String(SPEED) } });
    await eventually('three games are recorded from their start to their seed', async () => {
      // The first one was joined midway: live told of its ticks in another way.
      const whole = (await recordingsIn(test.dataDir)).filter(
        ({ meta }) => meta.complete && meta.server_seed !== null && meta.backfilled_ticks === 0,
      );
      recordings = whole.slice(0, 3);
      return recordings.length === 3;
    });
    viewer = new Viewer(`${test.system.url('gateway').replace('http', 'ws')}/ws`);
    await viewer.say({ action: 'subscribe', channels: ['*'] });
  });
  afterAll(async () => {
    viewer.close();
    await test.stop();
  });

  it('gives what was recorded, and what live told of it', async () => {
    const games = recordings.map(({ meta }) => meta.game_id);
    await viewer.say({ action: 'replay', games, speed: 'max', continuous: false });
    await eventually('the replay ends', () =>
      viewer.messages.some((each) => each.type === 'replay' && each.state === 'ended'),
    );
    const replayed = viewer.events(true);
    const { last } = await test.log.state();
    const logged = await test.log.range(1, last, last);
    for (const { meta, prices } of recordings) {
      const ticks = replayed.flatMap(({ type, gameId, data }) =>
        type === 'game.tick' && gameId === meta.game_id ? [Number(data.price)] : [],
      );
      expect(ticks).toEqual(prices);
      const inPlay = ({ type, gameId, data }: Event): boolean =>
        gameId === meta.game_id &&
        (type === 'game.tick' || type === 'game.end' || (type === 'game.phase' && data.cooldownTimer === 0));
      expect(replayed.filter(inPlay).map(told)).toEqual(logged.filter(inPlay).map(told));
    }
  });

  it('ends without a hole in what is live', async () => {
    const before = viewer.events(false).length;
    await viewer.say({ action: 'stop' });
    await eventually('live goes on', () => viewer.events(false).length > before + 500);
    const seqs = viewer.events(false).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });
});
