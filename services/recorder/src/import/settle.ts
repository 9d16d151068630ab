import { checkSeed, hashSeed, type SeedCheck, type TickRange } from '@vectra/game';
import type { Event, GameRecording } from '@vectra/protocol';
import { GameBook } from '../book.js';
import { recordGame, type GameFiles } from '../recording.js';
import { toEvents, type Seal } from './events.js';
import type { ExistingGame } from './existing.js';
import type { GatheredGame } from './gathered.js';
import { statedRugPrice, type Seed } from './seeds.js';

/** What is to be said of one game. */
export interface GameReport {
  gameId: string;
  /** The files that tell of it, relative to the imported folder. */
  files: string[];
  /** Ticks known. */
  ticks: number;
  /** Those of them that were not received live, but filled in. */
  healed: number;
  /** Ticks before the rug, or before the last one known, that are not known. */
  lost: number;
  /** UTC, ISO 8601; null when no tick of it is known. */
  startTime: string | null;
  rugTick: number | null;
  complete: boolean;
  verified: boolean | null;
  /**
   * `new`: not recorded before. `merged`: more has become known of it. `unchanged`: it was recorded, and nothing is new.
   * `empty`: no tick of it is known. `refused`: its name is no file name.
   */
  outcome: 'new' | 'merged' | 'unchanged' | 'empty' | 'refused';
  /** What is wrong with it, in words. */
  why: string[];
}

/** A game as it goes to the files. */
export interface SettledGame {
  report: GameReport;
  /** The game as events of a log; empty when nothing is to be written. */
  events: readonly Event[];
  /** undefined: there is nothing to write. */
  files: GameFiles | undefined;
}

/**
 * Decides what one game is, from all that was gathered of it, its seed, and what was recorded of it before. A recording is
 * never made worse: what it knows stands, and only what it lacks is added. Ticks are filled in from the seed unless the seed
 * and the prices disagree.
 */
export function settle(gathered: GatheredGame, seed?: Seed, existing?: ExistingGame): SettledGame {
  const before = existing && knownOf(existing);
  const game = existing === undefined ? gathered : merge(existing.game, gathered);
  takeEchoForRug(game);
  takeStated(game, seed);
  const seal = sealOf(game, seed, existing);
  const own = seal && isOwn(game, seal, existing) ? seal : undefined;
  if (own && own.check.verdict !== 'mismatch') heal(game, own);
  const events = toEvents(game, own);
  const files = record(events, existing?.recording);
  const after = files && knownOf({ game, recording: files.recording });
  const outcome = after === undefined ? 'empty' : before === undefined ? 'new' : compare(after, before);
  const told = report(game, { files, check: seal?.check, outcome });
  const due = outcome === 'new' || outcome === 'merged';
  return due ? { report: told, events, files } : { report: told, events: [], files: undefined };
}

/** A recorded game as events of a log. */
export function eventsOf(existing: ExistingGame): Event[] {
  return toEvents(existing.game, sealOf(existing.game, undefined, existing));
}

/** What can become more of a recording. */
interface Known {
  ticks: number;
  rugTick: number | null;
  seed: string | null;
  verified: boolean | null;
}

function knownOf({ game, recording: { meta } }: ExistingGame): Known {
  const ticks = inGame(game).filter((price) => price !== undefined).length;
  return { ticks, rugTick: meta.rug_tick, seed: meta.server_seed, verified: meta.verified };
}

function compare(after: Known, before: Known): 'merged' | 'unchanged' {
  // What is added must not cast doubt on what was found to be right.
  if (before.verified === true && after.verified !== true) return 'unchanged';
  const more =
    after.ticks > before.ticks ||
    (before.rugTick === null && after.rugTick !== null) ||
    (before.seed === null && after.seed !== null) ||
    (before.verified === null && after.verified !== null);
  return more ? 'merged' : 'unchanged';
}

/** What was recorded first stands, and its name with it. */
function merge(existing: GatheredGame, gathered: GatheredGame): GatheredGame {
  const { startedAt } = existing;
  existing.absorb(gathered);
  existing.startedAt = startedAt;
  return existing;
}

/** A later frame of the rug counts ticks on. When there is no room for that, it is the first that was recorded. */
function takeEchoForRug(game: GatheredGame): void {
  const { echo } = game;
  if (game.rug !== undefined || echo?.tick !== game.lastTick + 1) return;
  game.see({ gameId: game.id, tradeCount: null, ...echo, kind: 'rug' });
}

/** A game joined only after its rug is what was stated of it later, as it is for the feed. */
function takeStated(game: GatheredGame, seed: Seed | undefined): void {
  const { echo } = game;
  const prices = seed?.prices ?? [];
  if (game.prices.known > 0 || echo === undefined) return;
  prices.forEach((price, tick) => {
    const kind = tick === prices.length - 1 ? 'rug' : 'play';
    game.see({ ...sightOf(game, tick, echo.at), price, kind, backfilled: 'gameHistory' });
  });
}

/** A seed that was found to be right stands against any other. */
function sealOf(game: GatheredGame, given?: Seed, existing?: ExistingGame): Seal | undefined {
  const recorded = seedOf(existing);
  const seed = existing?.recording.meta.verified === true ? recorded : (given ?? recorded);
  return seed && { seed, check: verify(game, seed) };
}

function seedOf(existing: ExistingGame | undefined): Seed | undefined {
  if (existing === undefined) return undefined;
  const { server_seed: serverSeed, server_seed_hash: serverSeedHash } = existing.recording.meta;
  if (serverSeed === null) return undefined;
  return { serverSeed, serverSeedHash, version: null, prices: null, endedAt: null };
}

/** The hash announced before the game counts more than the one stated with the seed. */
function verify(game: GatheredGame, seed: Seed): SeedCheck {
  const serverSeedHash = game.serverSeedHash ?? seed.serverSeedHash;
  const version = seed.version ?? game.version;
  return checkSeed(game.id, { ...seed, serverSeedHash, version }, inGame(game));
}

/**
 * Old recorders gave games the seed of the game before. It is this game's when the prices say so, or the hash that was
 * announced before the game.
 */
function isOwn(game: GatheredGame, { seed, check }: Seal, existing?: ExistingGame): boolean {
  const recorded = existing?.recording.meta.server_seed === seed.serverSeed;
  return recorded || check.verdict === 'verified' || game.serverSeedHash === hashSeed(seed.serverSeed);
}

/** Prices by tick up to the rug. */
function inGame({ prices, rug }: GatheredGame): (number | undefined)[] {
  return prices.prices().slice(0, rug === undefined ? undefined : rug.tick + 1);
}

function heal(game: GatheredGame, { seed, check: { derived, version } }: Seal): void {
  // A game of which no tick is known was not watched: it is not made up.
  if (game.prices.known === 0) return;
  let at = game.startedAt ?? 0;
  derived.prices.forEach((price, tick) => {
    at = game.ticks.get(tick)?.at ?? at;
    if (!game.prices.has(tick)) game.see({ ...sightOf(game, tick, at), price, kind: 'play' });
  });
  if (!derived.rugged) return;
  const tick = derived.rugTick;
  const price = game.echo?.price ?? statedRugPrice(game.id, seed, version);
  game.rug ??= { tick, price: null, at: game.echo?.at ?? seed.endedAt };
  if (price !== undefined && !game.prices.has(tick))
    game.see({ ...sightOf(game, tick, game.rug.at ?? at), price, kind: 'rug' });
}

function sightOf(game: GatheredGame, tick: number, at: number) {
  return { gameId: game.id, tick, at, tradeCount: null, backfilled: 'seed' } as const;
}

/** The files as the recorder would have written them; an earlier recording's ticks were filled in as that says. */
function record(events: readonly Event[], before: GameRecording | undefined): GameFiles | undefined {
  const book = new GameBook();
  const game = events.flatMap((event) => book.apply(event)).at(-1);
  const files = game && recordGame(game);
  if (files === undefined || before === undefined) return files;
  const { recording } = files;
  recording.meta.backfilled_ticks += before.meta.backfilled_ticks;
  const backfills = [...(before.backfills ?? []), ...(recording.backfills ?? [])];
  if (backfills.length > 0) recording.backfills = backfills.sort((a, b) => a.from - b.from);
  return files;
}

interface Result {
  files: GameFiles | undefined;
  check: SeedCheck | undefined;
  outcome: GameReport['outcome'];
}

function report(game: GatheredGame, { files, check, outcome }: Result): GameReport {
  const meta = files?.recording.meta;
  const holes = files === undefined ? [] : game.prices.holes(game.rug?.tick);
  return {
    gameId: game.id,
    files: [...game.files],
    ticks: [...game.ticks.keys()].filter((tick) => tick <= (game.rug?.tick ?? Infinity)).length,
    healed: meta?.backfilled_ticks ?? 0,
    lost: holes.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    startTime: meta?.start_time ?? null,
    rugTick: meta?.rug_tick ?? null,
    complete: meta?.complete ?? false,
    verified: meta?.verified ?? null,
    outcome,
    why: reasons(game, holes, check),
  };
}

function reasons(game: GatheredGame, holes: readonly TickRange[], check?: SeedCheck): string[] {
  const { rug, echo } = game;
  if (game.prices.known === 0)
    return [echo === undefined ? 'seen only in its countdown' : `seen only after its rug`];
  const why = holes.map(({ from, to }) => {
    if (from === rug?.tick) return `the rug price (tick ${from}) is not known`;
    if (from === 0) return `joined at tick ${to + 1}`;
    return from === to ? `tick ${from} is missing` : `ticks ${from}-${to} are missing`;
  });
  if (rug === undefined) why.push(`the rug was not seen: it stops at tick ${game.lastTick}`);
  if (game.conflicts > 0) why.push(`${game.conflicts} other prices for known ticks: the first stand`);
  if (check?.verdict === 'mismatch')
    why.push(`the seed given for it disagrees: ${check.problems.join('; ')}`);
  return why;
}
