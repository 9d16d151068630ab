/** What chooses games, by its name in the address and in `/api/games`. */
export const FILTERS = [
  'from',
  'to',
  'minPeak',
  'maxPeak',
  'minTicks',
  'maxTicks',
  'verified',
  'complete',
] as const;
export type Filter = (typeof FILTERS)[number];

/** What games can be sorted by, as `/api/games` names it. */
export type Sort = 'start' | 'peak' | 'ticks';

const NAMES: readonly string[] = [...FILTERS, 'sort', 'order'];
const BY_OUTCOME: readonly Filter[] = ['minPeak', 'maxPeak', 'minTicks', 'maxTicks'];

/**
 * Which games are shown and in what order: the address's query without what is not known or empty, always in the same
 * order. Values are passed on as they are: the gateway says what is wrong with them.
 */
export function searchOf(query: URLSearchParams): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of NAMES) {
    const value = query.get(name)?.trim() ?? '';
    if (value !== '') search.set(name, value);
  }
  return search;
}

/** The search with other values of some filters; an empty one does not choose. */
export function withFilters(
  search: URLSearchParams,
  changes: Partial<Record<Filter, string>>,
): URLSearchParams {
  const changed = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value);
  return searchOf(changed);
}

/** The same order, without any filter. */
export function withoutFilters(search: URLSearchParams): URLSearchParams {
  return withFilters(search, Object.fromEntries(FILTERS.map((name) => [name, ''])));
}

export function hasFilters(search: URLSearchParams): boolean {
  return FILTERS.some((name) => search.has(name));
}

/** Whether games are chosen by how they went, so that they are no fair sample. */
export function choosesByOutcome(search: URLSearchParams): boolean {
  return BY_OUTCOME.some((name) => search.has(name));
}

/** The order as the gateway has it: newest, highest or longest first, unless `order` says otherwise. */
export function orderOf(search: URLSearchParams): { sort: string; order: 'asc' | 'desc' } {
  return { sort: search.get('sort') ?? 'start', order: search.get('order') === 'asc' ? 'asc' : 'desc' };
}

/** The search after a click on a column's header: by that column, and the other way around if it was already. */
export function sortedBy(search: URLSearchParams, column: Sort): URLSearchParams {
  const { sort, order } = orderOf(search);
  const next = new URLSearchParams(search);
  next.delete('sort');
  next.delete('order');
  if (column !== 'start') next.set('sort', column);
  if (sort === column && order === 'desc') next.set('order', 'asc');
  return searchOf(next);
}

/** The same games, the newest first. */
export function newestFirst(search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete('sort');
  next.delete('order');
  return next;
}

/**
 * What a refusal of `/api/games` says of each parameter, by its name; what is about none of them by `''`.
 *
 * @param message as `minPeak="abc": expected a multiplier, as in 10 or 2.5; to="x": expected …`
 */
export function problemsOf(message: string): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  for (const part of message.split(/; (?=\w+(?:=|: ))/)) {
    const [, name = '', text = ''] =
      /^(\w+)(?:=(?:"(?:[^"\\]|\\.)*"…?|nothing|".*…))?: (.*)$/.exec(part) ?? [];
    if (NAMES.includes(name)) problems.set(name, text);
    else if (part !== '') problems.set('', [problems.get('') ?? [], part].flat().join('; '));
  }
  return problems;
}
