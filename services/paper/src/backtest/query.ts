import type { GameRecording } from '@vectra/protocol';

/** Which games are played. */
export interface GamesQuery {
  /** Folders, files, and `generated:<count>[:<seed>]`. */
  sources: readonly string[];
  filter: GamesFilter;
  /** At most so many of the games that pass. */
  limit: number | undefined;
}

/** Every bound is included; undefined: none. */
export interface GamesFilter {
  /** UTC days on which a game started, `2025-12-07`. */
  from: string | undefined;
  to: string | undefined;
  minPeak: number | undefined;
  maxPeak: number | undefined;
  /** The tick of the rug. */
  minTicks: number | undefined;
  maxTicks: number | undefined;
  /** Only games whose prices were derived again from their seed. */
  verified: boolean;
}

export const QUERY_OPTIONS = {
  games: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  'min-peak': { type: 'string' },
  'max-peak': { type: 'string' },
  'min-ticks': { type: 'string' },
  'max-ticks': { type: 'string' },
  verified: { type: 'boolean', default: false },
  limit: { type: 'string' },
} as const;

export const QUERY_HELP = `  --games <games>       a folder of .game.json recordings at any depth, one recording, or generated:<count>[:<seed>], games made by the
                        game's own algorithm; may be given more than once. Recordings are played by the start in their names, then
                        generated games; a game that is there twice is played once
  --from, --to <day>    only games that started on these UTC days (2025-12-07), both included
  --min-peak, --max-peak <multiple>   only games with such a highest price; a strategy cannot know it beforehand
  --min-ticks, --max-ticks <ticks>    only games whose rug came at such a tick; nor that
  --verified            only games that were verified by their seed
  --limit <count>       only the first so many of them`;

interface Given {
  games?: string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  'min-peak'?: string | undefined;
  'max-peak'?: string | undefined;
  'min-ticks'?: string | undefined;
  'max-ticks'?: string | undefined;
  verified: boolean;
  limit?: string | undefined;
}

/** @throws Error naming the option, its value, and what it takes. */
export function readQuery(given: Given): GamesQuery {
  const { games, from, to, verified, limit } = given;
  if (games === undefined)
    throw new Error('expected --games <folder|file|generated:<count>>, for example --games generated:10000');
  const number = (option: keyof Given & `m${string}`): number | undefined =>
    numberOption(`--${option}`, given[option]);
  const filter: GamesFilter = {
    ...{ from: dayOption('--from', from), to: dayOption('--to', to), verified },
    ...{ minPeak: number('min-peak'), maxPeak: number('max-peak') },
    ...{ minTicks: number('min-ticks'), maxTicks: number('max-ticks') },
  };
  refuseEmpty('--from', '--to', [filter.from, filter.to]);
  refuseEmpty('--min-peak', '--max-peak', [filter.minPeak, filter.maxPeak]);
  refuseEmpty('--min-ticks', '--max-ticks', [filter.minTicks, filter.maxTicks]);
  return { sources: games, filter, limit: wholeOption('--limit', limit) };
}

export function passes({ meta, prices }: GameRecording, filter: GamesFilter): boolean {
  const day = meta.start_time.slice(0, 10);
  const within = <T extends string | number>(value: T, low: T | undefined, high: T | undefined): boolean =>
    (low === undefined || value >= low) && (high === undefined || value <= high);
  return (
    within(day, filter.from, filter.to) &&
    within(meta.peak_multiplier, filter.minPeak, filter.maxPeak) &&
    within(prices.length - 1, filter.minTicks, filter.maxTicks) &&
    (!filter.verified || meta.verified === true)
  );
}

/** A count from 1 on. @throws Error naming the option. */
export function wholeOption(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(given))
    throw new Error(`${option}: expected a whole number from 1 on, was "${given}"`);
  return Number(given);
}

function numberOption(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(given)) throw new Error(`${option}: expected a number like 1.5, was "${given}"`);
  return Number(given);
}

function dayOption(option: string, given: string | undefined): string | undefined {
  const isDay = given === undefined || (/^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(given)));
  if (!isDay) throw new Error(`${option}: expected a day like 2025-12-07, was "${given}"`);
  return given;
}

function refuseEmpty(
  low: string,
  high: string,
  [from, to]: readonly [string | number | undefined, string | number | undefined],
): void {
  if (from !== undefined && to !== undefined && from > to)
    throw new Error(`no game passes: ${low} ${from} is above ${high} ${to}`);
}
