import { describe, expect, it } from 'vitest';
import { loadBehaviour, PluginError } from '../../../src/index.js';
import { behaviourOf, folderWith, onTick, plugin, viewAt } from './folder.js';

describe('a plug-in', () => {
  it('sees what a strategy can see, is told its params, and orders', async () => {
    const behaviour = await behaviourOf(
      `import type { Plugin } from '@vectra/paper';
       const one: Plugin<{ stake: number }> = {
         params: { stake: 0.01 },
         onTick({ tick, prices, recentGames, memory }, { stake }) {
           memory.seen = [tick, prices, recentGames[0]?.rugTick];
           return [{ side: 'buy', amount: stake.toFixed(3) }, { side: 'sell' }];
         },
       };
       export default one;`,
      { stake: 0.02 },
    );
    const recentGames = [{ id: 'before', prices: [1, null, 0.01], rugTick: 2, peak: 1 }];
    const view = viewAt(1, { recentGames });
    expect(behaviour.onTick?.(view)).toEqual([{ side: 'buy', amount: '0.020' }, { side: 'sell' }]);
    expect(view.memory).toEqual({ seen: [1, [1, 1.5], 2] });
    expect(behaviour).not.toHaveProperty('onGameStart');
  });

  it('may consist of several files of the folder', async () => {
    const folder = await folderWith({
      'one.ts': `import { amount } from './lib/amounts.js';\nexport default { onTick: () => [{ side: 'buy', amount }] };`,
      'lib/amounts.ts': `export const amount: string = '0.5';`,
    });
    const behaviour = await loadBehaviour(plugin('one'), folder);
    expect(behaviour.onTick?.(viewAt(1))).toEqual([{ side: 'buy', amount: '0.5' }]);
  });

  it('has its own memory back, whoever kept it meanwhile, and nothing else', async () => {
    const text = `let calls = 0;
      export default { onTick({ memory }) { memory.n = (memory.n ?? 0) + 1; memory.calls = ++calls; } };`;
    const first = await behaviourOf(text);
    const view = viewAt(1);
    first.onTick?.(view);
    first.onTick?.(view);
    expect(view.memory).toEqual({ n: 2, calls: 2 });
    const second = await behaviourOf(text);
    second.onTick?.(view);
    expect(view.memory).toEqual({ n: 3, calls: 1 });
    first.onTick?.(view);
    expect(view.memory).toEqual({ n: 4, calls: 3 });
  });

  it('cannot change what it is shown for its next call', async () => {
    const behaviour = await onTick(`view.prices.sort((a, b) => b - a); view.memory.first = view.prices[0];
      view.memory.seen = view.prices.length;`);
    const view = viewAt(1);
    behaviour.onTick?.(view);
    expect(view.memory).toMatchObject({ first: 1.5 });
    const ascending = await onTick('view.memory.first = view.prices[0]; view.prices.reverse();');
    for (let turn = 0; turn < 2; turn++) ascending.onTick?.(view);
    expect(view.memory).toMatchObject({ first: 1 });
    const recentGames = [{ id: 'before', prices: [1, 2], rugTick: 1, peak: 1 }];
    const sorting = await onTick('view.recentGames[0].prices.push(3);');
    expect(() => sorting.onTick?.(viewAt(1, { recentGames }))).toThrow(PluginError);
  });
});

describe('in the sandbox there is', () => {
  it.each([
    'process',
    'require',
    'fetch',
    'setTimeout',
    'console',
    'performance',
    'WebAssembly',
    'Intl',
    'XMLHttpRequest',
    'navigator',
  ])('no %s', async (name) => {
    const behaviour = await onTick(`view.memory.is = typeof globalThis.${name} + typeof ${name};`);
    const view = viewAt(1);
    behaviour.onTick?.(view);
    expect(view.memory).toEqual({ is: 'undefinedundefined' });
  });

  it.each([
    ['Date.now()', 'Date'],
    ['new Date()', 'Date'],
    ['Math.random()', 'Math.random'],
    ['eval("1")', 'eval'],
    ['(0, eval)("1")', 'eval'],
    ['new Function("return 1")()', 'Function'],
    ['(() => 0).constructor("return 1")()', 'Function'],
    ['(async () => 0).constructor("return 1")()', 'Function'],
    ['(function* () {}).constructor("yield 1")()', 'Function'],
  ])('no way to %s', async (code, name) => {
    const behaviour = await onTick(`view.memory.got = ${code};`);
    expect(() => behaviour.onTick?.(viewAt(1))).toThrow(
      `plug-in one, onTick, line 2: there is no ${name} in a plug-in`,
    );
  });

  it('nothing to import later', async () => {
    const behaviour = await onTick(
      `import('./one.ts').then(() => (view.memory.got = 1)); import('node:fs');`,
    );
    const view = viewAt(1);
    behaviour.onTick?.(view);
    expect(view.memory).toEqual({});
  });
});

describe('a plug-in is stopped, and the next call of others is not, when it', () => {
  it.each([
    ['throws', 'throw new Error("no luck")', 'line 2: no luck'],
    ['throws what is no error', 'throw { a: 1 }', 'onTick: {"a":1}'],
    [
      'never comes to an end',
      'let n = 0; for (;;) n += Math.abs(n);',
      'line 2: expected at most 5,000,000 steps',
    ],
    ['catches what stops it', 'for (;;) try { for (;;) {} } catch {}', 'expected at most 5,000,000 steps'],
    ['matches for ever', '/^(a+)+$/.test("a".repeat(40) + "b")', 'expected at most 5,000,000 steps'],
    ['takes all memory', 'const a = []; for (;;) a.push("x".repeat(99999) + a.length)', 'at most 32 MiB'],
    ['takes it at once', 'new Array(1e9).fill(1)', 'at most 32 MiB'],
    ['calls itself for ever', 'const f = () => 1 + f(); f()', 'stack overflow'],
    ['is async', 'return Promise.resolve([])', 'a hook cannot be async'],
    [
      'orders no list',
      'return { side: "buy", amount: "1" }',
      'expected a list of orders or nothing, was object',
    ],
    [
      'orders a number',
      'return [{ side: "buy", amount: 0.01 }]',
      'one, onTick: expected a list of orders like',
    ],
    ['orders what is none', 'return [{ side: "short", amount: "1" }]', 'expected a list of orders like'],
    ['orders without end', 'return Array(21).fill({ side: "sell" })', 'expected a list of orders like'],
    ['remembers too much', 'view.memory.all = "x".repeat(70000)', 'view.memory has 70010 characters'],
    ['remembers what is no object', 'view.memory = 3', 'expected view.memory to be an object'],
    ['breaks JSON', 'JSON.stringify = () => "{"', 'one, onTick:'],
  ])('%s', async (_what, body, message) => {
    const [bad, good] = await Promise.all([onTick(body), onTick('return [{ side: "sell" }]')]);
    expect(() => bad.onTick?.(viewAt(1))).toThrow(PluginError);
    expect(() => bad.onTick?.(viewAt(1))).toThrow(message);
    expect(good.onTick?.(viewAt(1))).toEqual([{ side: 'sell' }]);
  });

  it('breaks the engine itself: its own sandbox is gone', async () => {
    const deep = 'let a = []; for (let i = 0; i < 100000; i++) a = [a]; JSON.stringify(a);';
    const bad = await onTick(`if (view.tick === 1) { ${deep} }`);
    expect(() => bad.onTick?.(viewAt(1))).toThrow(PluginError);
    const good = await onTick('return [{ side: "sell" }]');
    expect(good.onTick?.(viewAt(2))).toHaveLength(1);
  });
});

describe('a plug-in is not loaded, and it is said why, when', () => {
  it.each([
    ['it is no TypeScript', 'const a: = 3;', 'one.ts, line 1: '],
    ['it has what is not only types', '\nenum A { b }', 'one.ts, line 2: TypeScript enum is not supported'],
    ['it has no default export', 'export const a = 1;', 'expected a default export with onGameStart'],
    ['a hook is misspelt', 'export default { ontick() {} };', 'was "ontick"'],
    [
      'a hook is no function',
      'export default { onTick: 3 };',
      'expected onTick to be a function, was number',
    ],
    ['it throws', '\n\nthrow new Error("not today");', 'plug-in one, line 3: not today'],
    ['it never ends', 'for (;;) {}', 'expected at most 5,000,000 steps'],
    ['it awaits', 'await new Promise(() => {}); export default {};', 'no "await" outside of functions'],
    ['it imports what is not there', "import './two.js'; export default {};", 'one.ts imports "./two.js"'],
    [
      'it imports from Node',
      "import 'node:fs'; export default {};",
      'one.ts imports "node:fs": expected a file',
    ],
    ['it imports from outside', "import '../../x.js'; export default {};", 'one.ts imports "../../x.js"'],
    [
      'it imports more than types',
      "import { kelly } from '@vectra/paper'; export default { onTick() { kelly(); } };",
      'types are imported by "import type"',
    ],
  ])('%s', async (_why, text, message) => {
    await expect(behaviourOf(text)).rejects.toThrow(PluginError);
    await expect(behaviourOf(text)).rejects.toThrow(message);
  });

  it('the strategy tells it what it does not know', async () => {
    const text = 'export default { params: { stake: 0.01 }, onTick() {} };';
    await expect(behaviourOf(text, { steak: 1 })).rejects.toThrow(
      'expected of the params stake, was "steak"',
    );
    await expect(behaviourOf(text, { stake: 'all' })).rejects.toThrow(
      'expected a number as "stake", was "all"',
    );
  });

  it('there is none of that name, or no folder', async () => {
    const folder = await folderWith({ 'late.ts': '', 'early.js': '' });
    await expect(loadBehaviour(plugin('one'), folder)).rejects.toThrow(
      `expected the plug-in "one" as one.ts or one.js in ${folder}, where there are early, late`,
    );
    await expect(loadBehaviour(plugin('one'), `${folder}/nowhere`)).rejects.toThrow('cannot be read');
  });
});
