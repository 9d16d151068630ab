import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivePrices } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { LegacyGame, REAL } from '../../legacyScript.js';
import { temporaryFolder } from '../folder.js';
import { run } from '../process.js';

const PRICES = [...derivePrices(REAL.serverSeed, REAL.id, 'v3').prices, REAL.rugPrice];
const game = new LegacyGame(REAL.id, PRICES);

/** A folder with an old recording that lacks ticks, and its seed in a file beside it. */
async function oldRecording() {
  const [folder, data] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(folder, 'game.jsonl'), `${[...game.ticks(0, 2), ...game.ticks(5)].join('\n')}\n`);
  const seeds = join(data, 'seeds.json');
  await writeFile(seeds, JSON.stringify({ list: [{ gameId: REAL.id, serverSeed: REAL.serverSeed }] }));
  return { folder, data, seeds, env: { RUGS_DATA_DIR: data } };
}

async function recordedFile(data: string): Promise<string> {
  const day = join(data, 'recordings/2025-12-15');
  const index = JSON.parse(await readFile(join(day, 'index.json'), 'utf8')) as { games: { file: string }[] };
  return join(day, index.games[0]?.file ?? '');
}

async function tamper(path: string, change: (recording: GameRecording) => void): Promise<void> {
  const recording = JSON.parse(await readFile(path, 'utf8')) as GameRecording;
  change(recording);
  await writeFile(path, JSON.stringify(recording));
}

describe('recorder import', () => {
  it('prints what was lost and why, and the lines, which add up', async () => {
    const { folder, env } = await oldRecording();
    const { out, err, code } = await run(['import', folder], env);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/game\.jsonl +20251215-1a211bfc7caf41d6 +6 +0 +2 +ticks 3-4 are missing/);
    expect(out).toMatch(/used +6 .*\n +read +6 /);
    expect(out).toContain('Recorded 1 new game, added to 0 and left 0 as they were');
  });

  it('heals by a file of seeds, then changes nothing', async () => {
    const { folder, seeds, env } = await oldRecording();
    const first = await run(['import', '--json', '--seeds', seeds, folder], env);
    expect(JSON.parse(first.out)).toMatchObject({
      games: [{ outcome: 'new', healed: 2, lost: 0, complete: true, verified: true }],
    });
    const second = await run(['import', '--json', '--seeds', seeds, folder], env);
    expect(JSON.parse(second.out)).toMatchObject({ games: [{ outcome: 'unchanged', healed: 2 }] });
  });

  it.each([
    [['import'], 2, 'expected a folder'],
    [['import', '--bogus', '.'], 2, '--bogus'],
    [['import', '--time-zone', 'Mars/Olympus', '.'], 2, 'Mars/Olympus'],
    [['import', '/no/such/folder'], 1, '/no/such/folder'],
    [['import', '--seeds', '/no/such/seeds', '.'], 1, '/no/such/seeds'],
    [['verify'], 2, 'expected a file'],
    [['verify', '/no/such/folder'], 1, '/no/such/folder'],
  ])('%j ends with status %i and a line that says why', async (args, status, says) => {
    const { out, err, code } = await run(args, { RUGS_DATA_DIR: await temporaryFolder() });
    expect([code, out]).toEqual([status, '']);
    expect(err).toContain(says);
    expect(err).not.toContain('    at ');
  });

  it.each(['import', 'verify'])('%s --help says what it does, and its exit statuses', async (command) => {
    const { out, code } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`recorder ${command}`);
    expect(out).toContain('Exit status: 0');
  });
});

describe('recorder verify', () => {
  async function healed() {
    const { folder, data, seeds, env } = await oldRecording();
    await run(['import', '--seeds', seeds, folder], env);
    return { data, file: await recordedFile(data) };
  }

  it('ends with 0 when all is verified', async () => {
    const { data, file } = await healed();
    for (const path of [data, file]) {
      const { out, code } = await run(['verify', path]);
      expect(code).toBe(0);
      expect(out).toMatch(/20251215-1a211bfc7caf41d6 +8 +verified\n\n1 file: 1 verified/);
    }
  });

  it('ends with 1 when one price was changed, and says which', async () => {
    const { data, file } = await healed();
    await tamper(file, ({ prices }) => (prices[3] = 1.5));
    const { out, code } = await run(['verify', '--json', data]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      files: [
        {
          verdict: 'mismatch',
          problems: expect.arrayContaining([expect.stringContaining('price at tick 3')]) as unknown,
        },
      ],
      summary: { mismatch: 1 },
    });
  });

  it('ends with 1 for a file that is no recording', async () => {
    const { data, file } = await healed();
    await writeFile(file, '{"meta":{"game_id"');
    const { out, code } = await run(['verify', data]);
    expect(code).toBe(1);
    expect(out).toContain('unreadable');
  });

  it('ends with 1 when a day’s index says otherwise than its games', async () => {
    const { data, file } = await healed();
    await tamper(file, ({ meta }) => (meta.backfilled_ticks = 1));
    const { out, code } = await run(['verify', data]);
    expect(code).toBe(1);
    expect(out).toMatch(/index\.json .*mismatch +says otherwise than 20251215T143022_7caf41d6\.game\.json/);
  });

  it('ends with 3 when nothing is wrong, but a seed is not known', async () => {
    const { folder, data, env } = await oldRecording();
    await run(['import', folder], env);
    const { out, code } = await run(['verify', data]);
    expect(code).toBe(3);
    expect(out).toContain('1 file: 1 no seed');
  });

  it('ends with 1 when there is nothing to verify', async () => {
    const { err, code } = await run(['verify', await temporaryFolder()]);
    expect(code).toBe(1);
    expect(err).toContain('no .game.json');
  });
});
