// Writes the documents that are made from the protocol's schemas: `npm run protocol-docs`.
import { readFile, writeFile } from 'node:fs/promises';
import { documents } from '@vectra/protocol/documents';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('packages/protocol/package.json', root), 'utf8'));
for (const [path, text] of documents(version)) {
  await writeFile(new URL(path, root), text);
  console.log(path);
}
