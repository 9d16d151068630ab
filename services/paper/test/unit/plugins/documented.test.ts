import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkPlugin } from '../../../src/index.js';
import { folderWith } from './folder.js';

const PAGE = fileURLToPath(new URL('../../../../../docs/paper-trading.md', import.meta.url));

it('the plug-in of the documentation plays', { timeout: 60_000 }, async () => {
  const text = /^Save it as `plugins\/dip\.ts`:\n+```ts\n(.*?)^```/ms.exec(await readFile(PAGE, 'utf8'))?.[1];
  if (text === undefined) throw new Error('expected dip.ts in the documentation');
  const folder = await folderWith({ 'dip.ts': text });
  const { report, isWell } = await checkPlugin(`${folder}/dip.ts`, 20);
  expect(report).toMatch(/^ordered +[1-9]\d* buys/m);
  expect(isWell).toBe(true);
});
