export interface Column {
  title: string;
  /** Numbers stand right. */
  right?: boolean;
}

/** Rows of text below their titles, each column as wide as its widest cell. Empty without rows. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) =>
    lines.reduce((width, line) => Math.max(width, (line[index] ?? '').length), 0),
  );
  return lines
    .map((line) =>
      columns
        .map(({ right }, index) => {
          const cell = line[index] ?? '';
          const width = widths[index] ?? 0;
          return right === true ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('');
}

/** 39760 -> `39,760` */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `1 game`, `2 games` */
export function some(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** `17.2 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Names of files come from outside: what is no printable character could command the terminal. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
}
