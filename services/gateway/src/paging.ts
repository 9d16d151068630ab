import { z } from 'zod';

/** What the parameters of every list have in common: its times, how many, and where to go on. */
const LIMIT = { least: 1, most: 200 } as const;
export const PAGE_LENGTH = 50;

/** A parameter that is given once. */
export const once = z.string('expected the parameter once');
const WHEN = 'expected an ISO 8601 date or time, as in 2025-12-07 or 2025-12-07T14:30:00Z';
const date = z.iso.date();
const time = z.iso.datetime({ offset: true });

/** A date means its first or its last millisecond (UTC). Becomes Unix ms. */
function instant(edge: 'T00:00:00.000Z' | 'T23:59:59.999Z') {
  return once.transform((text, context) => {
    if (date.safeParse(text).success) return Date.parse(`${text}${edge}`);
    if (time.safeParse(text).success) return Date.parse(text);
    context.addIssue(WHEN);
    return z.NEVER;
  });
}

/** @param what the things that are listed, as in "Games that started then or later". */
export function span(what: string) {
  return {
    from: instant('T00:00:00.000Z')
      .optional()
      .describe(`${what} that started then or later: a day (UTC) or a time, ISO 8601.`),
    to: instant('T23:59:59.999Z')
      .optional()
      .describe(`${what} that started then or earlier; a day counts to its end.`),
  };
}

const limitText = `expected a whole number from ${LIMIT.least} to ${LIMIT.most}`;
export const limit = once
  .regex(/^\d{1,3}$/, limitText)
  .transform(Number)
  .refine((given) => given >= LIMIT.least && given <= LIMIT.most, limitText)
  .optional()
  .describe(`How many at most, ${LIMIT.least} to ${LIMIT.most}; ${PAGE_LENGTH} unless told.`);

/** @param place the place in the list after which it goes on, as `formatCursor` was given it. */
export function cursorOf<T>(place: z.ZodType<T>) {
  return once
    .transform((text, context) => {
      const parsed = place.safeParse(parseBase64(text));
      if (parsed.success) return parsed.data;
      context.addIssue('expected the `next` of an earlier answer');
      return z.NEVER;
    })
    .optional()
    .describe('`next` of the page before; the other parameters as with that.');
}

export function formatCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

export const next = z
  .string()
  .nullable()
  .describe('Give it as `cursor` to continue; null when there are no more.');

/** The first ones of those found, and the cursor with which the list continues after them. */
export function pageOf<T>(
  found: readonly T[],
  length: number,
  cursorAfter: (last: T) => string,
): { page: T[]; next: string | null } {
  const page = found.slice(0, length);
  const last = page.at(-1);
  return { page, next: found.length > page.length && last !== undefined ? cursorAfter(last) : null };
}

/** The header Link that leads from the page at a URL to the next one. */
export function linkToNext(url: string, cursor: string): string {
  const there = new URL(url, 'http://gateway');
  there.searchParams.set('cursor', cursor);
  return `<${there.pathname}${there.search}>; rel="next"`;
}

function parseBase64(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
