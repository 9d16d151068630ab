import { decimal } from '@vectra/game';
import { strategy, type Strategy } from '@vectra/protocol';
import { randomFrom } from '../session/random.js';

/** More would not be a question but an answer sought: and nothing could be told from luck. */
export const MOST_COMBINATIONS = 100_000;

export type Value = number | string | boolean | undefined;

/** What is varied: a field of the strategy by its path (`sizing.of`), and what it can be. */
export interface Parameter {
  path: string;
  /** undefined: the strategy is without that field. */
  values: readonly Value[];
  /** Instead of values, for random combinations: anything from `low` to `high`, with so many decimals. */
  range: { low: number; high: number; decimals: number } | undefined;
}

/** One strategy of a sweep, and by what it differs from the others. */
export interface Combination {
  /** By path; null: without that field. */
  parameters: Record<string, number | string | boolean | null>;
  strategy: Strategy;
}

const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const RANGE = new RegExp(`^(${NUMBER}):(${NUMBER})(?::(${NUMBER}))?$`);

/**
 * Reads `<path>=<from>:<to>:<step>` (both ends included, exact in decimals), `<path>=<value>,<value>,...` and, for random
 * combinations, `<path>=<from>:<to>`. The value `none` leaves the field away.
 *
 * @throws Error naming the parameter and what is expected.
 */
export function readParameter(given: string): Parameter {
  const [, path, spec] = /^([A-Za-z_][\w.]*)=(.+)$/.exec(given) ?? [];
  if (path === undefined || spec === undefined)
    throw new Error(
      `--vary: expected <field>=<from>:<to>:<step> or <field>=<value>,<value>, for example entry_tick=100:300:50, was "${given}"`,
    );
  if (/(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(path))
    throw new Error(`--vary: "${path}" is no field of a strategy`);
  const [, from, to, step] = RANGE.exec(spec) ?? [];
  if (from === undefined || to === undefined)
    return { path, values: spec.split(',').map((text) => valueOf(path, text)), range: undefined };
  const [low, high] = [decimal(from), decimal(to)];
  if (low.gt(high)) throw new Error(`--vary ${path}: ${from} is above ${to}`);
  if (step === undefined) {
    const decimals = Math.max(low.decimalPlaces(), high.decimalPlaces(), decimalsIn(from), decimalsIn(to));
    return { path, values: [], range: { low: low.toNumber(), high: high.toNumber(), decimals } };
  }
  const by = decimal(step);
  if (!by.gt(0)) throw new Error(`--vary ${path}: expected a step above 0, was ${step}`);
  const count = high.minus(low).div(by).floor().toNumber() + 1;
  if (count > MOST_COMBINATIONS) throw new Error(tooMany(`--vary ${path}`, count));
  return {
    ...{ path, range: undefined },
    values: Array.from({ length: count }, (_, index) => low.plus(by.times(index)).toNumber()),
  };
}

/**
 * Every combination of the values. All are checked.
 *
 * @throws Error naming the parameter that does not fit.
 */
export function gridOf(base: unknown, parameters: readonly Parameter[]): Combination[] {
  for (const { path, range } of parameters)
    if (range !== undefined)
      throw new Error(
        `--vary ${path}: expected a step, as in ${path}=${range.low}:${range.high}:${stepFor(range)}; only --random takes a range without one`,
      );
  const count = parameters.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_COMBINATIONS) throw new Error(tooMany('this grid', count));
  let picks: [string, Value][][] = [[]];
  for (const { path, values } of parameters)
    picks = picks.flatMap((pick) => values.map((value): [string, Value][] => [...pick, [path, value]]));
  return picks.map((pick) => combine(base, pick));
}

/**
 * So many combinations at random, the same for the same seed; fewer when there are not so many different ones.
 *
 * @throws Error naming the parameter that does not fit.
 */
export function randomOf(
  base: unknown,
  parameters: readonly Parameter[],
  { count, seed }: { count: number; seed: number },
): Combination[] {
  if (count > MOST_COMBINATIONS) throw new Error(tooMany('--random', count));
  const random = randomFrom(seed);
  const found = new Map<string, Combination>();
  for (let draw = 0; draw < count * 20 && found.size < count; draw++) {
    const pick = parameters.map(({ path, values, range }): [string, Value] => {
      const share = random();
      if (range === undefined) return [path, values[Math.floor(share * values.length)]];
      const unit = 10 ** range.decimals;
      const steps = Math.round((range.high - range.low) * unit);
      return [path, Number((range.low + Math.floor(share * (steps + 1)) / unit).toFixed(range.decimals))];
    });
    const key = JSON.stringify(pick.map(([, value]) => value ?? null));
    if (!found.has(key)) found.set(key, combine(base, pick));
  }
  return [...found.values()];
}

function combine(base: unknown, pick: readonly [string, Value][]): Combination {
  const given: unknown = structuredClone(base);
  for (const [path, value] of pick) put(given, path, value);
  const parsed = strategy.safeParse(given);
  const said = pick.map(([path, value]) => `${path}=${value ?? 'none'}`).join(' ');
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new Error(
      `the combination ${said} is no strategy: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'it does not fit'}`,
    );
  }
  for (const [path, value] of pick)
    if (value !== undefined && get(parsed.data, path) === undefined)
      throw new Error(
        `--vary ${path}: a strategy of kind ${parsed.data.kind} has no such field; it has ${fieldsOf(parsed.data)}`,
      );
  return {
    parameters: Object.fromEntries(pick.map(([path, value]) => [path, value ?? null])),
    strategy: parsed.data,
  };
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function put(target: unknown, path: string, value: Value): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = target;
  for (const name of names) {
    if (!isFields(at)) break;
    at = at[name] ??= {};
  }
  if (!isFields(at))
    throw new Error(`--vary ${path}: the strategy has nothing at ${names.join('.')} to vary`);
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
}

function get(target: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), target);
}

function fieldsOf(given: Strategy): string {
  return Object.keys(given)
    .filter((name) => name !== 'kind' && name !== 'name')
    .join(', ');
}

function valueOf(path: string, text: string): Value {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error(`--vary ${path}: expected a value between commas, was nothing`);
  if (trimmed === 'none') return undefined;
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  return new RegExp(`^${NUMBER}$`).test(trimmed) ? Number(trimmed) : trimmed;
}

/** Of a number as it is written: `1.50` has two. */
function decimalsIn(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

function stepFor({ low, high, decimals }: { low: number; high: number; decimals: number }): number {
  return Number(Math.max((high - low) / 5, 10 ** -decimals).toFixed(decimals)) || 1;
}

function tooMany(what: string, count: number): string {
  return `${what} makes ${count.toLocaleString('en')} combinations, more than ${MOST_COMBINATIONS.toLocaleString('en')}: take larger steps, or --random <count>`;
}
