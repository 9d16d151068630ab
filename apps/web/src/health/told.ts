import type { ServiceInstance } from '@vectra/client';

/** Readers of what services tell of themselves, which is as each of them likes. All pure. */

const NUMBERS = new Intl.NumberFormat('en');

/** `12345.6` -> `12,345.6` */
export function count(value: number): string {
  return NUMBERS.format(value);
}

export function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** It is ready to take over from another instance, and does nothing meanwhile. */
export function isStandby({ detail }: ServiceInstance): boolean {
  return detail.role === 'standby' || recordIn(detail.recording).state === 'standby';
}

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

/** The conditions of an instance's `/readyz`, those that fail first. */
export function checksOf({ detail }: ServiceInstance): Check[] {
  const checks = Object.entries(recordIn(detail.checks)).map(([name, check]) => {
    const { ok, detail: words } = recordIn(check);
    return { name, ok: ok === true, detail: textIn(words) ?? '' };
  });
  return checks.sort((a, b) => Number(a.ok) - Number(b.ok));
}

/** A number above this is a moment in Unix ms. */
const IN_TIME = 1e12;
/** Told elsewhere on the screen, or of no use to a reader. */
const ELSEWHERE = ['checks', 'sources'];

/** Whatever else an instance tells: `{ latencySpikes: 3, upstreamEvents: { noise: 4 } }` -> `latency spikes 3`, `upstream events, noise 4`. */
export function factsOf({ detail }: ServiceInstance): { label: string; value: string }[] {
  return Object.entries(detail)
    .filter(([key]) => !ELSEWHERE.includes(key))
    .flatMap(([key, value]) => flat(wordsOf(key), value));
}

function flat(label: string, value: unknown): { label: string; value: string }[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'number') {
    return [{ label, value: value > IN_TIME ? new Date(value).toISOString() : count(value) }];
  }
  if (typeof value === 'string') return [{ label, value }];
  if (typeof value === 'boolean') return [{ label, value: value ? 'yes' : 'no' }];
  if (Array.isArray(value)) {
    const items = value.filter((item) => typeof item === 'number' || typeof item === 'string');
    return items.length === 0 ? [] : [{ label, value: items.join(', ') }];
  }
  return Object.entries(recordIn(value)).flatMap(([key, inner]) => flat(`${label}, ${wordsOf(key)}`, inner));
}

/** `dataAgeMs` -> `data age ms` */
function wordsOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
