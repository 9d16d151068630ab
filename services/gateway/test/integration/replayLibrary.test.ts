import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GameRecording, GameSummary } from '@vectra/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Library } from '../../src/replay/library.js';
import { Recordings } from '../../src/recordings.js';
import { writeRecordings } from '../recordingsFixture.js';
import { recordingOf } from '../replayFixture.js';

const DAY = 24 * 60;
let folder: string;
let library: Library;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-'));
  library = new Library(new Recordings(folder, pino({ level: 'silent' })));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function found(gameId: string): Promise<GameSummary> {
  const game = await library.find(gameId);
  if (game === undefined) throw new Error(`expected game ${gameId}`);
  return game;
}

function withoutSeed({ meta, prices }: GameRecording): GameRecording {
  return { meta: { ...meta, server_seed: null, verified: null }, prices };
}

describe('the library of recorded games', () => {
  it('finds the game after another: at the same time by its id, on a later day, or none', async () => {
    await writeRecordings(folder, [
      recordingOf('a', [1, 3]),
      recordingOf('b', [1, 2]),
      recordingOf('c', [1, 3], 5 * DAY),
    ]);
    const after = async (id: string, minPeak = 0) => (await library.after(await found(id), minPeak))?.game_id;
    expect([await after('a'), await after('b'), await after('c')]).toEqual(['b', 'c', undefined]);
    expect(await after('a', 3)).toBe('c');
    await writeRecordings(folder, [recordingOf('d', [1, 3], 5 * DAY + 1), recordingOf('c', [1, 3], 5 * DAY)]);
    expect(await after('c')).toBe('d');
  });

  it('lists the oldest first', async () => {
    const games = [recordingOf('b', [1], DAY), recordingOf('c', [1], 3), recordingOf('a', [1])];
    await writeRecordings(folder, games);
    const listed = await library.list({ from: -Infinity, to: Infinity, minPeak: 0 });
    expect(listed.map(({ game_id }) => game_id)).toEqual(['a', 'c', 'b']);
  });

  it('reads a game once, but again as long as its seed is not known', async () => {
    const [sealed, open] = [recordingOf('a', [1, 2]), withoutSeed(recordingOf('b', [1, 2], 1))];
    await writeRecordings(folder, [sealed, open]);
    const [a, b] = [await found('a'), await found('b')];
    const [scoreOfA, scoreOfB] = [await library.score(a), await library.score(b)];
    expect(await library.score(a)).toBe(scoreOfA);
    await writeRecordings(folder, [sealed, recordingOf('b', [1, 2, 3], 1)]);
    expect(scoreOfB?.ticks).toBe(2);
    expect((await library.score(b))?.ticks).toBe(3);
  });

  it('takes when each tick came from the lines', async () => {
    const recording = recordingOf('a', [1, 2]);
    const state = { phase: 'ACTIVE_GAMEPLAY', active: true, rugged: false, cooldown_timer: 0 } as const;
    const row = { type: 'tick', game_id: 'a', ...state, trade_count: 3 } as const;
    await writeRecordings(folder, [recording], {
      a: [
        { type: 'game_start', timestamp: '2025-12-07T10:00:00.000000', game_id: 'a' },
        { ...row, timestamp: '2025-12-07T10:00:00.000000', tick: 0, price: 1 },
        { ...row, timestamp: '2025-12-07T10:00:00.777000', tick: 1, price: 2 },
      ],
    });
    const score = await library.score(await found('a'));
    expect(score?.moments[score.start + 1]?.at).toBe(777);
  });

  it('has no score of a game whose file is damaged or gone, and one without damaged lines', async () => {
    const recording = recordingOf('a', [1, 2]);
    await writeRecordings(folder, [recording], { a: [] });
    const day = join(folder, 'recordings', '2025-12-07');
    await writeFile(join(day, 'jsonl', 'a.jsonl'), '{"type":"tick"\n');
    const game = await found('a');
    expect((await library.score(game))?.ticks).toBe(2);
    const fresh = new Library(new Recordings(folder, pino({ level: 'silent' })));
    await writeFile(join(day, 'games', 'a.game.json'), '{');
    expect(await fresh.score(game)).toBeUndefined();
    await rm(join(day, 'games', 'a.game.json'));
    expect(await fresh.score(game)).toBeUndefined();
  });
});
