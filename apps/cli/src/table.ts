import type { Paint } from './paint.js';

/** A cell, and how it is painted once it has its width. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

export interface Column {
  title: string;
  /** Numbers stand on the right. */
  right?: boolean;
}

/** Rows as aligned columns below their titles. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.text.length ?? 0)),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, paint: painted = (same) => same }, index) => {
        const space = ' '.repeat((widths[index] ?? 0) - text.length);
        return columns[index]?.right === true ? space + painted(text) : painted(text) + space;
      })
      .join('  ')
      .trimEnd();
  const titles = columns.map(({ title }) => ({ text: title, paint: (text: string) => paint('dim', text) }));
  return [titles, ...rows].map(line).join('\n');
}

/** `name  value` lines, the names as wide as the longest. */
export function pairs(rows: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`).join('\n');
}
