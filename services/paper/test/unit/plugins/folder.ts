import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strategy, type Strategy } from '@vectra/protocol';
import { onTestFinished } from 'vitest';
import { loadBehaviour, type Behaviour, type View } from '../../../src/index.js';

/** A folder with these files, by path; it goes with the test. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectra-plugins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export function plugin(module: string, params: Record<string, unknown> = {}): Strategy {
  return strategy.parse({ kind: 'plugin', name: module, initial_balance: 1, module, params });
}

/** A plug-in whose only file says this. */
export async function behaviourOf(text: string, params?: Record<string, unknown>): Promise<Behaviour> {
  return loadBehaviour(plugin('one', params), await folderWith({ 'one.ts': text }));
}

/** One whose `onTick` does this. */
export function onTick(body: string): Promise<Behaviour> {
  return behaviourOf(`export default { onTick(view) {\n${body}\n} };`);
}

export function viewAt(tick: number, more: Partial<View> = {}): View {
  return {
    ...{ gameId: 'g', tick, price: 1.5, prices: [1, 1.5], cash: '1', worth: '1' },
    ...{ position: null, sidebet: null, betsThisGame: 0, recentGames: [], memory: {} },
    ...more,
  };
}
