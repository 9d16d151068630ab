import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { transformSync } from '@swc/wasm-typescript';
import { reasonOf } from '@vectra/service-kit';
import { PluginError } from './plugin.js';

const ENDINGS = ['.ts', '.js'];

/**
 * The files of one plug-in: its module, and what that imports from the same folder. Read once, types taken out; what is left stands at
 * the lines and columns at which it was written.
 */
export class PluginFiles {
  /** As messages name the plug-in: without ending. */
  readonly name: string;
  /** The name of its module's file. */
  readonly entry: string;
  readonly #folder: string;
  readonly #present: ReadonlySet<string>;
  readonly #code = new Map<string, string>();

  /** @throws PluginError when there is no such file, or no such folder. */
  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
    this.#present = new Set(filesIn(folder, name));
    const entry = ENDINGS.map((ending) => name + ending).find((file) => this.#present.has(file));
    if (entry === undefined) throw new PluginError(missing(name, folder, [...this.#present]));
    this.entry = entry;
  }

  has(file: string): boolean {
    return this.#present.has(file);
  }

  /** The file that an import names. @throws PluginError when it is none of the folder's. */
  resolve(from: string, specifier: string): string {
    const path = posix.normalize(posix.join(posix.dirname(from), specifier));
    const written = path.replace(/\.js$/, '.ts'); // as TypeScript has its imports name what comes of them
    const file = [path, written].find((one) => this.#present.has(one));
    if (/^\.\.?\//.test(specifier) && file !== undefined) return file;
    throw new PluginError(
      `${from} imports "${specifier}": expected a file of the folder, like "./name.ts"; a plug-in has nothing else (types are imported by "import type")`,
    );
  }

  /** JavaScript. @throws PluginError when it cannot be read, or is no TypeScript. */
  code(file: string): string {
    const known = this.#code.get(file);
    if (known !== undefined) return known;
    const code = withoutTypes(readFileSync(join(this.#folder, file), 'utf8'), file);
    this.#code.set(file, code);
    return code;
  }
}

/** @throws PluginError with the line, where it is not TypeScript whose types can be taken out. */
export function withoutTypes(text: string, file: string): string {
  try {
    return transformSync(text, { mode: 'strip-only', filename: file }).code;
  } catch (error) {
    const { message, startLine } = error as { message?: string; startLine?: number };
    const line = startLine === undefined ? '' : `, line ${startLine}`;
    throw new PluginError(`${file}${line}: ${message ?? String(error)}`);
  }
}

function filesIn(folder: string, name: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => ENDINGS.some((ending) => path.endsWith(ending)) && !path.endsWith('.d.ts'));
  } catch (error) {
    const why = reasonOf(error);
    throw new PluginError(`plug-in ${name}: the folder of plug-ins cannot be read: ${why}`, { cause: error });
  }
}

function missing(name: string, folder: string, present: readonly string[]): string {
  const there = present.filter((file) => !file.includes('/')).map((file) => file.replace(/\.[jt]s$/, ''));
  const names = there.length === 0 ? 'there is none' : `there are ${[...new Set(there)].sort().join(', ')}`;
  return `expected the plug-in "${name}" as ${name}.ts or ${name}.js in ${folder}, where ${names}`;
}
