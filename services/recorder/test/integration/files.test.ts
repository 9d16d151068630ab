import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayIndex, gameRecording } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { RecordingFiles } from '../../src/files.js';
import { recordGame, type GameFiles } from '../../src/recording.js';
import { GameScript, logOf, STARTED } from '../script.js';
import { recordings, silent, temporaryFolder } from './folder.js';
import { GameBook } from '../../src/book.js';

const MINUTE = 60_000;

function filesOf(script: GameScript): GameFiles {
  const book = new GameBook();
  const [game] = logOf(script.whole()).flatMap((event) => book.apply(event));
  const files = game && recordGame(game);
  if (files === undefined) throw new Error('expected the script to have an end');
  return files;
}

const early = filesOf(new GameScript('20251207-aaaaaaaa11111111', [1, 1.1, 0.02], STARTED));
const late = filesOf(new GameScript('20251207-bbbbbbbb00000000', [1, 1.3, 0.02], STARTED + MINUTE));
const tomorrow = filesOf(new GameScript('20251208-cccccccc22222222', [1, 0.02], STARTED + 24 * 60 * MINUTE));

async function open() {
  const folder = await temporaryFolder();
  return {
    folder,
    root: join(folder, 'recordings'),
    files: new RecordingFiles(join(folder, 'recordings'), silent),
  };
}

async function indexIn(root: string) {
  return dayIndex.parse(JSON.parse(await readFile(join(root, '2025-12-07/index.json'), 'utf8')));
}

describe('the recordings folder', () => {
  it('has a folder a day with the games and an index', async () => {
    const { folder, files } = await open();
    await files.write([early, tomorrow]);
    const found = await recordings(folder);
    expect(Object.keys(found)).toEqual([
      '2025-12-07/games/20251207T143022_11111111.game.json',
      '2025-12-07/index.json',
      '2025-12-07/jsonl/game_20251207_143022_11111111.jsonl',
      '2025-12-08/games/20251208T143022_22222222.game.json',
      '2025-12-08/index.json',
      '2025-12-08/jsonl/game_20251208_143022_22222222.jsonl',
    ]);
    const text = found['2025-12-07/games/20251207T143022_11111111.game.json'] ?? '';
    expect(gameRecording.parse(JSON.parse(text))).toEqual(early.recording);
  });

  it('has an index of the games by start, with their meta and files', async () => {
    const { root, files } = await open();
    await files.write([late]);
    await files.write([early]);
    expect((await indexIn(root)).games).toEqual([
      { ...early.recording.meta, file: early.names.game, jsonl: early.names.jsonl },
      { ...late.recording.meta, file: late.names.game, jsonl: late.names.jsonl },
    ]);
  });

  it('leaves files alone that are right already', async () => {
    const { root, files } = await open();
    await files.write([early]);
    const path = join(root, '2025-12-07', early.names.game);
    await utimes(path, 1, 1);
    expect(await files.write([early])).toEqual(new Map([[early.gameId, 'unchanged']]));
    expect((await stat(path)).mtimeMs).toBe(1000);
  });

  it('has the index a rebuild would give, whatever happened in the folder meanwhile', async () => {
    const { root, files } = await open();
    await files.write([early, late]);
    const day = join(root, '2025-12-07');
    await rm(join(day, early.names.game));
    await rm(join(day, late.names.jsonl));
    const foreign = { ...tomorrow.recording, meta: { ...tomorrow.recording.meta, game_id: 'foreign' } };
    await writeFile(join(day, 'games/20251207T000000_foreign.game.json'), JSON.stringify(foreign));
    const other = filesOf(new GameScript('20251207-dddddddd33333333', [1, 0.02], STARTED + 2 * MINUTE));
    await files.write([other]);
    const index = await indexIn(root);
    expect(index.games.map(({ game_id, jsonl }) => [game_id, jsonl])).toEqual([
      [late.gameId, null],
      [other.gameId, other.names.jsonl],
      ['foreign', null],
    ]);
    await rm(join(day, 'index.json'));
    await new RecordingFiles(root, silent).write([other]);
    expect(await indexIn(root)).toEqual(index);
  });

  it.each([
    ['is cut off', '{"meta":{"game_id":"x"'],
    ['lacks fields', '{"meta":{},"prices":[]}'],
    ['is empty', ''],
  ])('leaves a recording out of the index that %s', async (_, content) => {
    const { root, files } = await open();
    await mkdir(join(root, '2025-12-07/games'), { recursive: true });
    await writeFile(join(root, '2025-12-07/games/20251207T000000_damaged0.game.json'), content);
    await files.write([early]);
    expect((await indexIn(root)).games.map(({ game_id }) => game_id)).toEqual([early.gameId]);
  });

  it.each([
    ['2025-12-07', '../../../outside.game.json'],
    ['2025-12-07', '/outside.game.json'],
    ['../outside', 'games/x.game.json'],
    ['..', 'games/x.game.json'],
    ['', 'games/x.game.json'],
  ])('refuses a name that leads out of it: %s %s', async (date, game) => {
    const { folder, files } = await open();
    const names = { ...early.names, date, game };
    expect(await files.write([{ ...early, names }, late])).toEqual(
      new Map([
        [early.gameId, 'refused'],
        [late.gameId, 'written'],
      ]),
    );
    expect(Object.keys(await recordings(folder))).toHaveLength(3);
  });
});
