import { dataSchemaOf, decimalString, type Event } from '@vectra/protocol';
import { z } from 'zod';

/** DuckDB's name of a column's type. */
export type ColumnType =
  'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP_MS' | 'DOUBLE[]' | 'VARCHAR[]';
export type Value = string | number | boolean | readonly number[] | readonly string[] | null;

export interface Column {
  name: string;
  type: ColumnType;
  /** A row's value: a TIMESTAMP_MS is Unix ms. */
  of: (row: Row) => Value;
}

/** An event on its way into a row: its id taken apart, and its JSON. */
export interface Row {
  event: Event;
  epoch: string;
  raw: string;
}

/** Unix ms. A date has a year of four digits; any other time is stored as the nearest one that has, and `raw` has it exactly. */
export function storable(ms: number): number {
  return Math.min(Math.max(ms, 0), Date.UTC(9999, 11, 31, 23, 59, 59, 999));
}

/** What every event has. `raw` comes last. */
const COMMON: readonly Column[] = [
  { name: 'epoch', type: 'VARCHAR', of: ({ epoch }) => epoch },
  { name: 'seq', type: 'BIGINT', of: ({ event }) => event.seq },
  { name: 'id', type: 'VARCHAR', of: ({ event }) => event.id },
  { name: 'timestamp', type: 'TIMESTAMP_MS', of: ({ event }) => storable(event.timestamp) },
  { name: 'game_id', type: 'VARCHAR', of: ({ event }) => event.gameId },
  { name: 'source', type: 'VARCHAR', of: ({ event }) => event.source },
];
const RAW: Column = { name: 'raw', type: 'VARCHAR', of: ({ raw }) => raw };

type Schema = z.core.JSONSchema.BaseSchema;
const DECIMAL_PATTERN = schemaOf(decimalString).pattern;

/**
 * The columns of an event type: the common ones, one for each scalar or list of scalars in its `data`, and `raw`. A decimal
 * string becomes two: the double it reads back to, and `<name>_exact`, its text. Whatever else `data` holds is in `raw` only.
 */
export function columnsOf(type: string): readonly Column[] {
  const known = columnsByType.get(type);
  if (known !== undefined) return known;
  const data = dataSchemaOf(type);
  const fields = Object.entries((data && schemaOf(data).properties) ?? {});
  const columns = [...COMMON, ...fields.flatMap(([field, schema]) => columnsOfField(field, schema)), RAW];
  // Names of raw events come from outside and are without number.
  if (fields.length > 1) columnsByType.set(type, columns);
  return columns;
}
const columnsByType = new Map<string, readonly Column[]>();

function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { unrepresentable: 'any' });
}

function columnsOfField(field: string, given: Schema | boolean): Column[] {
  const schema = withoutNull(given);
  const snake = snakeCase(field);
  const name = COMMON.some((common) => common.name === snake) ? `data_${snake}` : snake;
  const plain = (type: ColumnType): Column => ({
    name,
    type,
    of: ({ event }) => (event.data as Record<string, Value | undefined>)[field] ?? null,
  });
  if (isDecimal(schema)) {
    const exact: Column = { ...plain('VARCHAR'), name: `${name}_exact` };
    return [{ name, type: 'DOUBLE', of: (row) => toNumber(exact.of(row)) }, exact];
  }
  if (schema.type === 'array') return listColumns(plain, withoutNull(itemsOf(schema)));
  const type = typeof schema.type === 'string' ? SCALARS[schema.type] : undefined;
  return type === undefined ? [] : [plain(type)];
}

const SCALARS: Readonly<Record<string, ColumnType>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
};

function listColumns(plain: (type: ColumnType) => Column, item: Schema): Column[] {
  if (!isDecimal(item)) return item.type === 'string' ? [plain('VARCHAR[]')] : [];
  const texts = plain('VARCHAR[]');
  return [
    { ...texts, type: 'DOUBLE[]', of: (row) => (texts.of(row) as string[] | null)?.map(Number) ?? null },
  ];
}

function isDecimal({ type, pattern }: Schema): boolean {
  return type === 'string' && pattern === DECIMAL_PATTERN;
}

function itemsOf({ items }: Schema): Schema | boolean {
  return Array.isArray(items) ? false : ((items as Schema | undefined) ?? false);
}

/** A nullable schema is written `{"anyOf": [..., {"type": "null"}]}` or `{"type": [..., "null"]}`. */
function withoutNull(schema: Schema | boolean): Schema {
  if (typeof schema === 'boolean') return {};
  const { type } = schema;
  if (Array.isArray(type)) {
    const other = type.find((each) => each !== 'null');
    return other === undefined ? {} : { ...schema, type: other };
  }
  return schema.anyOf?.find((each) => typeof each === 'object' && each.type !== 'null') ?? schema;
}

function toNumber(text: Value): number | null {
  return text === null ? null : Number(text);
}

/** `cumulativePnL` -> `cumulative_pnl` */
function snakeCase(field: string): string {
  return field.replace('PnL', 'Pnl').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
