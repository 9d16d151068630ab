const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)_(\d{3})\.jsonl$/;

/** Name of a capture by its start (Unix ms): `20251207T143022_123.jsonl`, UTC. */
export function captureName(start: number): string {
  const [date = '', time = ''] = new Date(start).toISOString().split('T');
  const [seconds = '', ms = ''] = time.slice(0, -1).split('.');
  return `${date.replaceAll('-', '')}T${seconds.replaceAll(':', '')}_${ms}.jsonl`;
}

/** The start in the name of a capture, Unix ms; undefined for any other name. */
export function captureStart(name: string): number | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match.slice(1).map(Number);
  const start = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  return captureName(start) === name ? start : undefined;
}
