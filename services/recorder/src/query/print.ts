import type { JS } from '@duckdb/node-api';
import { printable, some, table } from '../table.js';
import type { QueryResult } from './query.js';

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** A table is held in memory before it is written, to know how wide its columns are. */
const TABLE_ROWS = 1_000;

type Write = (text: string) => Promise<void>;

/** Writes a result: `table` its first 1,000 rows, `json` an array of objects, `csv` with a header line (RFC 4180, `\n`). */
export function printResult(format: Format, result: QueryResult, write: Write): Promise<void> {
  return { table: printTable, json: printJson, csv: printCsv }[format](result, write);
}

async function printTable({ columns, rows }: QueryResult, write: Write): Promise<void> {
  const shown: string[][] = [];
  const numeric = columns.map(() => true);
  let total = 0;
  for await (const group of rows) {
    for (const row of group.slice(0, Math.max(0, TABLE_ROWS - total))) {
      row.forEach((value, index) => {
        if (value !== null && typeof value !== 'number' && typeof value !== 'bigint') numeric[index] = false;
      });
      shown.push(row.map((value) => (value === null ? '-' : printable(textOf(value)))));
    }
    total += group.length;
  }
  const titles = columns.map((title, index) => ({ title, right: numeric[index] === true }));
  await write(table(titles, shown));
  const more =
    total > shown.length ? `; the first ${some(shown.length, 'row')} shown, --format csv prints all` : '';
  await write(`${some(total, 'row')}${more}\n`);
}

async function printJson({ columns, rows }: QueryResult, write: Write): Promise<void> {
  let separator = '[';
  for await (const group of rows) {
    const lines = group.map((row) => {
      const line = `${separator}\n${JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, row[index]])), plain)}`;
      separator = ',';
      return line;
    });
    await write(lines.join(''));
  }
  await write(separator === '[' ? '[]\n' : '\n]\n');
}

async function printCsv({ columns, rows }: QueryResult, write: Write): Promise<void> {
  const line = (cells: readonly string[]): string => `${cells.map(escaped).join(',')}\n`;
  await write(line(columns));
  for await (const group of rows)
    await write(group.map((row) => line(row.map((value) => (value === null ? '' : textOf(value))))).join(''));
}

function escaped(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function textOf(value: JS): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value, plain) : String(value);
}

/** JSON has no whole numbers beyond those a double holds: they are written as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
