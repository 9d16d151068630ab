import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  DefaultIntrinsics,
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
} from 'quickjs-emscripten-core';
import { reasonOf } from '@vectra/service-kit';
import { withoutTypes, type PluginFiles } from './files.js';
import { PluginError } from './plugin.js';

/** What one call may do, and loading the module: turns of loops and calls of functions, which are the same on every machine. */
const MOST_STEPS = 5_000_000;
/** The engine asks whether to go on each time it has done so many. */
const STEPS_A_QUESTION = 10_000;
/** For calls whose steps are long ones, like searches in huge lists: the only limit by the clock, and far from what a tick allows. */
const LONGEST_MS = 2_000;
/** Of the engine and all of the plug-in's values: 16 MiB at first, and at most 32. */
const PAGES = { initial: 256, maximum: 512 };
const STACK_BYTES = 256 * 1024;
const LONGEST_MESSAGE = 500;

/** Names of the modules that every sandbox has; no file of a folder can have them. */
const OWN = '@vectra/paper/';
const MAIN = `${OWN}main`;
const here = fileURLToPath(import.meta.url);
const require = createRequire(import.meta.url);
// Required, not imported: its types describe only that.
const { default: variant } = require('@jitl/quickjs-wasmfile-release-sync') as typeof Variant;
const engine = once(() =>
  readFile(require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')).then((bytes) =>
    WebAssembly.compile(bytes),
  ),
);
const guests = once(async () => {
  const read = async (name: string): Promise<[string, string]> => {
    const file = fileURLToPath(new URL(`./guest/${name}${extname(here)}`, import.meta.url));
    return [OWN + name, withoutTypes(await readFile(file, 'utf8'), file)];
  };
  return new Map(await Promise.all([read('lock'), read('serve')]));
});

/**
 * A JavaScript engine (QuickJS) in WebAssembly, with one plug-in in it. It has a memory of its own, and no way out: no function of
 * Node is in it, and texts are all that goes in and comes out. Nothing has to be closed.
 */
export class Sandbox {
  readonly #files: PluginFiles;
  readonly #context: QuickJSContext;
  readonly #entries = new Map<string, QuickJSHandle>();
  #steps = 0;
  #until = 0;
  #broken: string | undefined;

  /** @throws PluginError when the plug-in cannot be loaded. */
  static async open(files: PluginFiles): Promise<Sandbox> {
    const wasmMemory = new WebAssembly.Memory(PAGES);
    const module = await newQuickJSWASMModuleFromVariant(
      newVariant(variant, { wasmModule: await engine(), wasmMemory }),
    );
    const context = module.newContext({ intrinsics: { ...DefaultIntrinsics, Date: false } });
    return new Sandbox(files, context, await guests());
  }

  private constructor(files: PluginFiles, context: QuickJSContext, guest: ReadonlyMap<string, string>) {
    this.#files = files;
    this.#context = context;
    const { runtime } = context;
    runtime.setMaxStackSize(STACK_BYTES);
    runtime.setInterruptHandler(() => this.#isTooMuch());
    let unresolved: PluginError | undefined;
    runtime.setModuleLoader(
      (name) => {
        if (unresolved !== undefined) throw unresolved;
        return guest.get(name) ?? files.code(name);
      },
      (from, specifier) => {
        if (guest.has(specifier) || from === MAIN) return specifier;
        try {
          return files.resolve(from, specifier);
        } catch (error) {
          if (!(error instanceof PluginError)) throw error;
          unresolved = error; // thrown from here, its message would not come through
          return specifier;
        }
      },
    );
    const main = `import '${OWN}lock';
import { serve } from '${OWN}serve';
import * as module from ${JSON.stringify(files.entry)};
export const { start, call } = serve(module.default);`;
    const exported = this.#guarded(undefined, () => context.evalCode(main, MAIN, { type: 'module' }));
    if (context.getPromiseState(exported).type === 'pending')
      throw new PluginError(`plug-in ${files.name}: expected no "await" outside of functions`);
    for (const name of ['start', 'call']) this.#entries.set(name, context.getProp(exported, name));
    // What is imported later would be read while games are played.
    runtime.removeModuleLoader();
  }

  /**
   * @param what names the call in messages.
   * @throws PluginError when the plug-in fails, or does more than it may.
   */
  run(entry: 'start' | 'call', text: string, what?: string): string {
    if (this.#broken !== undefined) throw new PluginError(this.#broken);
    const context = this.#context;
    const handle = this.#entries.get(entry);
    if (handle === undefined) throw new Error(`expected ${entry} in the sandbox`);
    const result = this.#guarded(what, () => {
      const given = context.newString(text);
      const called = context.callFunction(handle, context.undefined, given);
      given.dispose();
      return called;
    });
    const answer = context.getString(result);
    result.dispose();
    return answer;
  }

  /** Does something in the sandbox within the limits. */
  #guarded(what: string | undefined, act: () => ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
    this.#allow();
    let outcome;
    try {
      outcome = act();
    } catch (error) {
      // The engine itself failed, as with a recursion too deep in one of its own functions: it cannot go on.
      const why = reasonOf(error);
      this.#broken = this.#message(what, undefined, `the sandbox broke down: ${why}`);
      throw new PluginError(this.#broken, { cause: error });
    }
    if (outcome.error === undefined) return outcome.value;
    this.#allow();
    const thrown: unknown = this.#context.dump(outcome.error);
    outcome.error.dispose();
    throw new PluginError(this.#explain(what, thrown));
  }

  #allow(): void {
    this.#steps = 0;
    this.#until = performance.now() + LONGEST_MS;
  }

  #isTooMuch(): boolean {
    this.#steps += STEPS_A_QUESTION;
    return this.#steps > MOST_STEPS || performance.now() > this.#until;
  }

  #explain(what: string | undefined, thrown: unknown): string {
    if (typeof thrown !== 'object' || thrown === null)
      return this.#message(what, undefined, `threw ${JSON.stringify(thrown)}`);
    const { name, message, stack } = thrown as Record<string, unknown>;
    const said = typeof message === 'string' ? message : JSON.stringify(thrown);
    const isEngine = name === 'InternalError';
    const place = typeof stack === 'string' ? this.#placeIn(stack) : undefined;
    return this.#message(what, place, isEngine ? limit(said) : said);
  }

  /** The first line of the plug-in's own in a stack trace. */
  #placeIn(stack: string): string | undefined {
    for (const [, file = '', line = ''] of stack.matchAll(/\(?([^\s()]+):(\d+):\d+\)?$/gm))
      if (this.#files.has(file)) return file === this.#files.entry ? `line ${line}` : `${file} line ${line}`;
    return undefined;
  }

  #message(what: string | undefined, place: string | undefined, why: string): string {
    const where = [`plug-in ${this.#files.name}`, what, place]
      .filter((part) => part !== undefined)
      .join(', ');
    return `${where}: ${why}`.slice(0, LONGEST_MESSAGE);
  }
}

function limit(said: string): string {
  switch (said) {
    case 'interrupted':
      return `expected at most ${MOST_STEPS.toLocaleString('en')} steps (turns of loops and calls) and ${LONGEST_MS / 1000} s`;
    case 'out of memory':
      return `expected to need at most ${(PAGES.maximum * 64) / 1024} MiB of memory`;
    default:
      return said;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
