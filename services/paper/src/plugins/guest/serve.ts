import type { PastGame, View } from '../../session/behaviour.js';
import type { Told } from '../courier.js';
import type { Description, Hook, Params, Plugin } from '../plugin.js';

/** What is in a plug-in's memory is saved with each step of its session. Characters of JSON. */
const LARGEST_MEMORY = 65_536;
const HOOKS: readonly Hook[] = ['onGameStart', 'onTick', 'onGameEnd'];

/** What a hook came to. Memory only when it changed. */
export interface Answer {
  orders?: unknown;
  memory?: Record<string, unknown>;
}

/** The two ways into a sandbox. Texts of JSON are all that crosses. */
export interface Served {
  /** Takes the params of the strategy, and gives the plug-in's description. */
  start: (text: string) => string;
  /** Takes what is told (`Told`), and gives an `Answer`; an empty text for nothing. */
  call: (text: string) => string;
}

/** Runs in the sandbox, between the wall and the plug-in: keeps what does not cross each time. */
export function serve(exported: unknown): Served {
  const plugin = checked(exported);
  const game = {} as View;
  const prices: (number | null)[] = [];
  let games: readonly PastGame[] = [];
  let memory = '{}';
  let params: Params = {};
  return {
    start: (text) => {
      params = Object.freeze(merged(plugin.params, JSON.parse(text) as Params));
      const hooks = HOOKS.filter((hook) => plugin[hook] !== undefined);
      return JSON.stringify({ hooks, params: plugin.params } satisfies Description);
    },
    call: (text) => {
      const told = JSON.parse(text) as Told;
      for (const nested of [told.game.position, told.game.sidebet]) Object.freeze(nested);
      Object.assign(game, told.game);
      if (told.prices === undefined) prices.push(game.price);
      else {
        prices.length = told.prices.keep;
        for (const price of told.prices.more) prices.push(price);
      }
      const before = games;
      if (told.games !== undefined)
        games = Object.freeze(
          told.games.flatMap((game) => (typeof game === 'number' ? (before[game] ?? []) : frozen(game))),
        );
      if (told.memory !== undefined) memory = JSON.stringify(told.memory);
      const view = viewOf(game, { prices, games, memory });
      const orders: unknown = plugin[told.hook]?.(view, params);
      const after = textOf(view.memory);
      if (orders === undefined && after === memory) return '';
      const answer = `{"orders":${textOfOrders(orders)}${after === memory ? '' : `,"memory":${after}`}}`;
      memory = after;
      return answer;
    },
  };
}

/** The prices are a copy, made when they are looked at: a plug-in that sorts them does so for one call. */
function viewOf(
  game: View,
  kept: { prices: readonly (number | null)[]; games: readonly PastGame[]; memory: string },
): View {
  let prices: (number | null)[] | undefined;
  return {
    ...game,
    memory: JSON.parse(kept.memory) as Record<string, unknown>,
    recentGames: kept.games,
    get prices() {
      return (prices ??= kept.prices.slice());
    },
  };
}

/** What stays for many calls cannot be changed by one. */
function frozen(game: PastGame): PastGame {
  Object.freeze(game.prices);
  return Object.freeze(game);
}

function textOf(memory: unknown): string {
  if (typeof memory !== 'object' || memory === null || Array.isArray(memory))
    throw new TypeError('expected view.memory to be an object');
  const text = JSON.stringify(memory);
  if (text.length > LARGEST_MEMORY)
    throw new RangeError(
      `view.memory has ${text.length} characters as JSON, which is more than the ${LARGEST_MEMORY} that are kept`,
    );
  return text;
}

function textOfOrders(orders: unknown): string {
  if (orders instanceof Promise)
    throw new TypeError('expected orders or nothing, was a promise: a hook cannot be async');
  const list = orders ?? [];
  if (!Array.isArray(list)) throw new TypeError(`expected a list of orders or nothing, was ${typeof list}`);
  return JSON.stringify(list);
}

function checked(exported: unknown): Plugin {
  if (typeof exported !== 'object' || exported === null)
    throw new TypeError(`expected a default export with ${HOOKS.join(', ')}, was ${typeof exported}`);
  const known: readonly string[] = ['params', ...HOOKS];
  const unknown = Object.keys(exported).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`expected ${known.join(', ')} in the default export, was "${unknown}"`);
  const given: Record<string, unknown> = { params: {}, ...exported };
  if (typeof given.params !== 'object' || given.params === null)
    throw new TypeError(`expected params to be an object, was ${typeof given.params}`);
  for (const name of HOOKS) {
    const hook = given[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`expected ${name} to be a function, was ${typeof hook}`);
  }
  return given as unknown as Plugin;
}

function merged(defaults: Params, given: Params): Params {
  const names = Object.keys(defaults);
  for (const [name, value] of Object.entries(given)) {
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (standard === undefined)
      throw new TypeError(`expected of the params ${names.join(', ') || 'none'}, was "${name}"`);
    if (typeof value !== typeof standard)
      throw new TypeError(`params: expected a ${typeof standard} as "${name}", was ${JSON.stringify(value)}`);
  }
  return { ...defaults, ...given };
}
