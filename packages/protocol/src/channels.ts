import { z } from 'zod';

/**
 * A channel selects event types: one type (`game.tick`), a family (`game.*`, `raw.*`), or everything (`*`).
 */
export const channelPattern = z
  .string()
  .max(100)
  .regex(
    /^(\*|[a-z][A-Za-z0-9_/:-]*(\.[A-Za-z0-9_/:-]+)*(\.\*)?)$/,
    'expected an event type, a family such as game.*, or *',
  );

/** Compiles patterns into one predicate over event types. */
export function channelMatcher(patterns: Iterable<string>): (type: string) => boolean {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const pattern of patterns) {
    if (pattern === '*') return () => true;
    if (pattern.endsWith('.*')) prefixes.push(pattern.slice(0, -1));
    else exact.add(pattern);
  }
  return (type) => exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix));
}
