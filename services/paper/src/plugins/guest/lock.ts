/**
 * Evaluated first in every sandbox. The engine in there has neither clock, timers nor I/O; this takes away what else could make two
 * runs differ, or is code made of text.
 */
function refused(name: string, why: string): () => never {
  // No arrow function: it can be called by `new`, too.
  return function () {
    throw new Error(`there is no ${name} in a plug-in: ${why}`);
  };
}

const CHANCE = 'the same games must always give the same orders';
const TEXT = 'its code is what stands in its file';
const kinds: readonly object[] = [
  () => undefined,
  async () => Promise.resolve(),
  function* () {
    yield undefined;
  },
  async function* () {
    yield Promise.resolve();
  },
];

Math.random = refused('Math.random', CHANCE);
Object.assign(globalThis, {
  eval: refused('eval', TEXT),
  Function: refused('Function', TEXT),
  Date: refused('Date', CHANCE),
});
Object.assign(globalThis.Date, { now: globalThis.Date });
for (const kind of kinds) {
  const prototype = Object.getPrototypeOf(kind) as object;
  Object.defineProperty(prototype, 'constructor', { value: refused('Function', TEXT) });
}
