/** Numbers as a person reads them. Pure. */

/** Four significant digits, no exponent. */
export function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4, maximumFractionDigits: 9 });
}

export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${figure(value)}`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

/** Of a share from 0 to 1. */
export function percent(share: number, digits: number): string {
  const text = (100 * share).toFixed(digits);
  return `${/^-0(\.0*)?$/.test(text) ? text.slice(1) : text} %`;
}

/** As `show` says it, or a dash where there is nothing. */
export function orDash<T>(value: T | null, show: (value: T) => string): string {
  return value === null ? '–' : show(value);
}

/** For a page: names come from files. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Rows under a heading, each column as wide as it must be: the first to the left, the rest to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
