import { gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

/** What the live screen may weigh on the wire: its script and styles with all that they import at once. */
const MOST_KB = 250;

/** Fails the build when the live screen has become too heavy; screens that are loaded later do not count. */
export function budget(): Plugin {
  return {
    name: 'budget',
    generateBundle(_, bundle) {
      const size = Math.ceil(liveScreenBytes(bundle) / 1000);
      if (size <= MOST_KB) return;
      this.error(
        `expected the live screen within ${MOST_KB} KB gzip, was ${size} KB: load what it does not need at once later`,
      );
    },
  };
}

/** The sum of each file's size with gzip. */
export function liveScreenBytes(bundle: Rollup.OutputBundle): number {
  return filesAtOnce(bundle).reduce((sum, content) => sum + gzipSync(content).length, 0);
}

function filesAtOnce(bundle: Rollup.OutputBundle): (string | Uint8Array)[] {
  const waiting = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry);
  const files = new Set(waiting);
  for (const file of waiting) {
    if (file.type !== 'chunk') continue;
    for (const name of [...file.imports, ...(file.viteMetadata?.importedCss ?? [])]) {
      const imported = bundle[name];
      if (imported === undefined || files.has(imported)) continue;
      files.add(imported);
      waiting.push(imported);
    }
  }
  return [...files].map((file) => (file.type === 'chunk' ? file.code : file.source));
}
