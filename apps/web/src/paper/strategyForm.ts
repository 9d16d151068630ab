import '../app/jitless.js';
import { strategy, type Strategy } from '@vectra/protocol';
import { groupsOf, stakingsOf, type Field, type Kind, type Staking } from './fields.js';

/** What is typed, by the path of each field. */
export interface Form {
  kind: Kind;
  staking: Staking;
  values: Readonly<Record<string, string>>;
}

/** A strategy as the form has it, checked. */
export interface Checked {
  /** undefined while something is wrong. */
  strategy: Strategy | undefined;
  /** What is wrong, by the path of its field. */
  problems: ReadonlyMap<string, string>;
}

/** The fields that are shown now. */
export function fieldsOf({ kind, staking }: Form): Field[] {
  return groupsOf(kind, staking).flatMap(({ fields }) => fields);
}

/** The strategy as JSON has it, right or wrong: a field that is empty is left out, one that is no number stays a text. */
export function written(form: Form): Record<string, unknown> {
  const strategy: Record<string, unknown> = { kind: form.kind };
  const sizing: Record<string, unknown> = { by: form.staking };
  for (const field of fieldsOf(form)) {
    const value = valueOf(field, form.values[field.path] ?? '');
    if (value === undefined) continue;
    if (field.path.startsWith('sizing.')) sizing[field.path.slice('sizing.'.length)] = value;
    else strategy[field.path] = value;
  }
  const isSized = stakingsOf(form.kind).includes(form.staking) && form.staking !== 'list';
  return isSized ? { ...strategy, sizing } : strategy;
}

/** By the protocol's own schema; each problem as `expected X, was Y`. */
export function check(form: Form): Checked {
  const fields = fieldsOf(form);
  const problems = new Map<string, string>();
  const complain = ({ path, range }: Field): void => {
    problems.set(path, `expected ${range}, was ${shown(form.values[path] ?? '')}`);
  };
  for (const field of fields) if (isLacking(field, form.values[field.path] ?? '')) complain(field);
  const parsed = strategy.safeParse(written(form));
  if (parsed.success) return { strategy: problems.size === 0 ? parsed.data : undefined, problems };
  for (const { path } of parsed.error.issues) {
    const field = fields.find((one) => isAt(one.path, path));
    if (field !== undefined) complain(field);
  }
  return { strategy: undefined, problems };
}

/** What the schema would not see: a list is only looked at when all else is right, and bad lines of parameters are left out. */
function isLacking({ as, isRequired }: Field, text: string): boolean {
  if (text.trim() === '') return isRequired;
  return as === 'params' && text.split('\n').some((line) => line.trim() !== '' && !PARAM.test(line.trim()));
}

/** A strategy in the form. */
export function formOf(given: Strategy): Form {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (name !== 'sizing') values[name] = textOf(value);
  const sizing = 'sizing' in given ? given.sizing : undefined;
  for (const [name, value] of Object.entries(sizing ?? {})) values[`sizing.${name}`] = String(value);
  return { kind: given.kind, staking: sizing?.by ?? (given.kind === 'position' ? 'fixed' : 'list'), values };
}

/** Another kind keeps what both have. */
export function withKind(form: Form, kind: Kind): Form {
  const known = stakingsOf(kind);
  const staking = known.includes(form.staking) ? form.staking : (known[0] ?? form.staking);
  return { ...form, kind, staking };
}

/** Reads a strategy that was pasted. @throws Error that says what is wrong with it, and where. */
export function parseStrategy(text: string): Strategy {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `expected a strategy as JSON; ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('expected a strategy, as {"kind": "sidebets", "name": "late", …}');
  const parsed = strategy.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'strategy'}: ${message}`).join('; '),
  );
}

/** A session id from a strategy's name: `Late sidebets` -> `late-sidebets`. @param taken ids that are no longer free. */
export function idFrom(name: string, taken: readonly string[]): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .match(/[a-z0-9]+/g) ?? ['session'];
  const id = words.join('-').slice(0, 56).replace(/-+$/, '');
  for (let number = 2; ; number++) {
    const free = number === 2 ? id : `${id}-${number - 1}`;
    if (!taken.includes(free)) return free;
  }
}

function valueOf({ as }: Field, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (as === 'text') return trimmed;
  if (as === 'list')
    return trimmed
      .split(/[\s,;]+/)
      .filter((part) => part !== '')
      .map(numberOr);
  return as === 'params' ? paramsOf(trimmed) : numberOr(trimmed);
}

/** Plain decimal digits are a number; anything else is left to the schema to refuse. */
function numberOr(text: string): number | string {
  return /^-?\d*\.?\d+$/.test(text) ? Number(text) : text;
}

const PARAM = /^([A-Za-z_$][\w$]*)\s*[=:]\s*(.+)$/;

function paramsOf(text: string): Record<string, string | number | boolean> {
  const params: Record<string, string | number | boolean> = {};
  for (const line of text.split('\n')) {
    const [, name, value = ''] = PARAM.exec(line.trim()) ?? [];
    if (name !== undefined)
      params[name] = value === 'true' || value === 'false' ? value === 'true' : numberOr(value);
  }
  return params;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} = ${String(one)}`)
    .join('\n');
}

/** `bet_sizes.2` is a problem of the field `bet_sizes`. */
function isAt(field: string, path: readonly PropertyKey[]): boolean {
  const full = path.join('.');
  return full === field || full.startsWith(`${field}.`);
}

function shown(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' ? 'nothing' : `"${trimmed}"`;
}
