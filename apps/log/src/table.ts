/** Rows as aligned columns under a header; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const titles = header.map((title, column) =>
    typeof rows[0]?.[column] === 'number' ? title.padStart(widths[column] ?? 0) : title,
  );
  return [line(titles), ...rows.map(line)].join('\n');
}
