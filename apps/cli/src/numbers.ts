/** A price as people read it: `1.2346x`, `128.50x`. */
export function multiplier(price: string | number): string {
  const value = Number(price);
  return `${value.toFixed(Math.abs(value) < 100 ? 4 : 2)}x`;
}

/** SOL without needless digits; `signed` shows a plus as well. */
export function sol(amount: string, signed = false): string {
  const value = Number(amount);
  const text = value.toFixed(4);
  return signed && value > 0 ? `+${text}` : text;
}

/** A share from 0 to 1 as `12.5 %`; `-` where there is none. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

/** Unix ms or ISO 8601 -> `2025-12-07 14:30:22` (UTC). */
export function dateTime(time: number | string): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Unix ms -> `14:30:22.118` (UTC). */
export function timeOfDay(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}

/** ms -> `850 ms`, `4.2 s`, `3 min`, `5 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
