/** Every row of the old recorders begins like this; nothing inside a row does. */
const ROW_START = '{"type"';

export interface Recovered {
  rows: Record<string, unknown>[];
  /** Rows of which only a part is left; a line without any start of a row holds one. */
  lost: number;
}

/**
 * Recovers rows from a line that is no JSON, left by two recorders that wrote to the same file. Three shapes were found in real
 * recordings, and may be mixed: a row that lost its last bytes to the start of the next (`…"trade_count": 0{"{"type": …`), a
 * row cut open by another one (`…"pri{"type": …}ce": 1.02, …}`), and the end of a row whose start is gone.
 *
 * From right to left, as rows hold no rows: the last one to begin is whole, or lacks its end, and what is around it closes up
 * when it is taken out. A row that breaks off in a number ends with a shorter number: the last field of the rows in `brokenOff`
 * is not to be trusted.
 */
export function recoverRows(line: string): Recovered & { brokenOff: Set<unknown> } {
  const rows: Record<string, unknown>[] = [];
  const brokenOff = new Set<unknown>();
  let lost = 0;
  let rest = line;
  for (let at = rest.lastIndexOf(ROW_START); at !== -1; at = rest.lastIndexOf(ROW_START)) {
    const tail = rest.slice(at);
    const end = tail.indexOf('}') + 1;
    const whole = end > 0 ? parseRow(tail.slice(0, end)) : undefined;
    const row = whole ?? parseRow(`${tail.replace(/[{"\s]+$/, '')}}`);
    if (row === undefined) lost += 1;
    else rows.unshift(row);
    if (row !== undefined && whole === undefined) brokenOff.add(row);
    rest = rest.slice(0, at) + (whole === undefined ? '' : tail.slice(end));
  }
  // What is left over besides the first two bytes of an overwritten row is the end of a row whose start is gone.
  if (/[^{}"\s]/.test(rest)) lost += 1;
  return { rows, lost, brokenOff };
}

function parseRow(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Not whole: that is what is being found out.
  }
}
