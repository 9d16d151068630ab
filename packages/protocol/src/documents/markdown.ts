import type { JsonSchema } from './schemas.js';

const WIDTH = 110;

/** JSON on as few lines as fit the page: what fits on one is on one. */
export function compactJson(value: unknown, indent = ''): string {
  const line = oneLine(value);
  if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  const isArray = Array.isArray(value);
  const lines = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .map(([key, child]) => inner + (isArray ? '' : `${JSON.stringify(key)}: `) + compactJson(child, inner));
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .map(([key, child]) => `${JSON.stringify(key)}: ${oneLine(child)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

export function jsonBlock(...values: unknown[]): string {
  return ['```json', ...values.map((value) => compactJson(value)), '```'].join('\n');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

/** A table of an object's fields; an optional one is marked `?`, and fields of objects within are named `outer.inner`. */
export function fieldTable(schema: JsonSchema, without: readonly string[] = []): string {
  const rows = fieldRows(schema, '').filter(([name = '']) => !without.includes(name.replaceAll('`', '')));
  return rows.length === 0 ? '' : table(['field', 'is', 'meaning'], rows);
}

function fieldRows(schema: JsonSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) === true ? '' : '?';
    const path = `${prefix}${name}${optional}`;
    const row = ['`' + path + '`', typeText(field), field.description ?? ''];
    const object = [field, ...(field.anyOf ?? [])].find(({ properties }) => properties !== undefined);
    return [row, ...(object === undefined ? [] : fieldRows(object, `${path}.`))];
  });
}

/** A schema's type in words: `"subscribe"`, `integer`, [Decimal](#decimal) or null. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return shapeLink(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(', ');
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return parts.map(typeText).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  if (schema.type === 'integer' || schema.type === 'number') return schema.type + bounds(schema);
  return schema.type ?? 'anything';
}

const literal = (value: unknown): string => '`' + JSON.stringify(value) + '`';

function bounds(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const words = [
    ['from', minimum],
    ['above', exclusiveMinimum],
    ['to', maximum],
    ['below', exclusiveMaximum],
  ] as const;
  // Every integer is a safe one.
  const told = words.filter(
    ([, bound]) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER,
  );
  return told.map(([word, bound]) => ` ${word} ${String(bound)}`).join('');
}

function shapeLink(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return `[${name}](#${name.toLowerCase()})`;
}
