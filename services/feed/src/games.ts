import { PhaseMachine, type PhaseFrame, type PhaseStep } from '@vectra/game';
import { toDecimal, type Draft, type Event, type Phase } from '@vectra/protocol';
import { Batch, type BackfillSource, type Origin } from './batch.js';
import { addRange, newGame, ranges, type Game } from './game.js';
import { checkSeal, sealEvent } from './seal.js';
import { historyEntry, isInPlay, sidebetsOf, type GameFrame, type HistoryEntry } from './wire.js';

/** Seeds are revealed at most ten games later; a few more are remembered. */
const REMEMBERED_GAMES = 16;

/**
 * Where a frame stands to what the log has: not beyond its newest frame, or beyond it. `unclear`: the frame does not say.
 */
export type Place = 'behind' | 'ahead' | 'unclear';

/** What one frame gave: events, or the reason why it gave none. */
export interface Observation {
  drafts: Draft[];
  noise?: string;
}

/**
 * Turns `gameStateUpdate` frames into the events of games: start, ticks, phases, gaps, end, seal. Pure: the same frames
 * give the same events.
 */
export class Games {
  readonly #machine = new PhaseMachine();
  readonly #games = new Map<string, Game>();
  /** Finished games that the log is still to be told of. */
  readonly #unseen = new Map<string, HistoryEntry>();
  #countdownSecond: number | undefined;
  #illegalTransitions = 0;
  #tickRegressions = 0;
  /** The last phase that the log tells. */
  #loggedPhase: Phase = 'UNKNOWN';

  get phase(): Phase {
    return this.#machine.phase;
  }

  get currentId(): string | null {
    return this.#machine.gameId ?? null;
  }

  get illegalTransitions(): number {
    return this.#illegalTransitions;
  }

  /** Frames in play that were older than the one before; not those that a connection begins with, which often are. */
  get tickRegressions(): number {
    return this.#tickRegressions;
  }

  /** A game by id, if it is one of those remembered. */
  get(id: string): Game | undefined {
    return this.#games.get(id);
  }

  observe(frame: GameFrame, origin: Origin): Observation {
    const step = this.#machine.observe(phaseFrame(frame));
    const batch = new Batch(origin);
    this.#loggedPhase = step.phase;
    this.#tellUnseen(frame, batch);
    if (step.verdict === 'current') this.#follow(frame, step, batch);
    else if (step.verdict === 'stale') this.#followLate(frame, batch);
    this.#readHistory(frame, batch);
    if (batch.drafts.length > 0) return { drafts: batch.drafts };
    return { drafts: [], noise: step.verdict === 'current' ? quietReason(frame) : step.verdict };
  }

  /** Where this frame stands to what the log has. */
  placeOf(frame: GameFrame): Place {
    const game = this.#games.get(frame.gameId);
    const { tickCount, cooldownTimer = 0 } = frame;
    if (game === undefined) return 'ahead';
    if (isInPlay(frame)) {
      if (tickCount === undefined) return 'unclear';
      if (game.started && tickCount <= game.prices.lastTick) return 'behind';
      // After the rug the tick count runs on, into the next game's countdown.
      return game.ended ? 'unclear' : 'ahead';
    }
    if (cooldownTimer <= 0) return 'unclear';
    return game.started || cooldownTimer >= (game.countdown ?? Infinity) ? 'behind' : 'ahead';
  }

  /**
   * A frame the log tells of: gives what the log lacks of it. `newest`: the game goes on from this one, which the last
   * feed may have logged in part; any other is past.
   */
  recall(frame: GameFrame, origin: Origin, newest: boolean): Draft[] {
    if (newest) {
      const logged = this.#loggedPhase;
      const { drafts } = this.observe(frame, origin);
      // Its phase was logged before its tick; but the last feed may have lost sight of the game after that.
      return logged === 'UNKNOWN' ? drafts : drafts.filter(({ type }) => type !== 'game.phase');
    }
    const batch = new Batch(origin);
    const game = this.#games.get(frame.gameId);
    if (game !== undefined) this.#fillFromFrame(game, frame, batch);
    this.#readHistory(frame, batch);
    return batch.drafts;
  }

  /** The connection was lost: what comes next may be anything. */
  connectionLost(origin: Origin): Draft[] {
    const previous = this.#machine.phase;
    if (previous === 'UNKNOWN') return [];
    this.#machine.reset();
    this.#loggedPhase = 'UNKNOWN';
    const batch = new Batch(origin);
    const id = this.currentId;
    if (id !== null) batch.add('game.phase', id, { phase: 'UNKNOWN', previous, cooldownTimer: 0 });
    return batch.drafts;
  }

  /** Takes over what the log tells of the games, so that a restarted feed goes on with them. */
  restore(event: Event): void {
    if (event.gameId === null || !/^(game|sidebet)\./.test(event.type)) return;
    const game = this.#remember(event.gameId);
    switch (event.type) {
      case 'game.start':
        game.started = true;
        game.serverSeedHash = event.data.serverSeedHash;
        game.version = event.data.gameVersion;
        this.#replacesOthers(game);
        break;
      case 'game.phase':
        this.#loggedPhase = event.data.phase;
        if (event.data.cooldownTimer > 0) game.countdown = event.data.cooldownTimer;
        this.#replacesOthers(game);
        break;
      case 'game.tick':
        game.prices.set(event.data.tickCount, Number(event.data.price));
        game.missing.delete(event.data.tickCount);
        if (event.data.rugged) game.rugTick = event.data.tickCount;
        break;
      case 'game.gap':
        if (!event.data.healed) addRange(game.missing, event.data.fromTick, event.data.toTick);
        break;
      case 'game.end':
        game.ended = true;
        break;
      case 'game.sealed':
        game.sealed = true;
        break;
    }
  }

  /** The log is at this game now, in whatever phase. */
  #replacesOthers(game: Game): void {
    this.#machine.observe({ gameId: game.id, hasHistory: false });
    this.#machine.reset();
  }

  #follow(frame: GameFrame, step: PhaseStep, batch: Batch): void {
    if (!step.legal) this.#illegalTransitions++;
    if (step.newGame) this.#interruptOthers(frame.gameId, batch);
    const game = this.#game(frame);
    const inPlay = isInPlay(frame);
    if (inPlay && !game.started && frame.tickCount !== undefined) {
      game.started = true;
      const { serverSeedHash, version: gameVersion } = game;
      batch.add('game.start', game.id, { serverSeedHash, gameVersion, joinedAtTick: frame.tickCount });
    }
    this.#followPhase(frame, step, batch);
    if (inPlay) this.#followPrice(game, frame, batch);
  }

  #followLate(frame: GameFrame, batch: Batch): void {
    if (!frame.prices) this.#tickRegressions++;
    this.#fillFromFrame(this.#game(frame), frame, batch);
  }

  #followPhase(frame: GameFrame, { phase, previous, changed }: PhaseStep, batch: Batch): void {
    const cooldownTimer = frame.cooldownTimer ?? 0;
    const second = cooldownTimer > 0 ? Math.ceil(cooldownTimer / 1000) : undefined;
    const passed = second !== undefined && second !== this.#countdownSecond;
    this.#countdownSecond = second;
    if (second !== undefined) this.#game(frame).countdown = cooldownTimer;
    if (changed || passed) batch.add('game.phase', frame.gameId, { phase, previous, cooldownTimer });
  }

  #followPrice(game: Game, frame: GameFrame, batch: Batch): void {
    if (game.ended || frame.price === undefined || frame.tickCount === undefined) return;
    const rugged = frame.rugged === true;
    const tickCount = rugged ? rugTickOf(frame) : frame.tickCount;
    const before = game.prices.lastTick;
    this.#fillFromFrame(game, frame, batch, tickCount);
    const outcome = game.prices.set(tickCount, frame.price);
    if (outcome === 'new') batch.addTick(game, tickCount, frame);
    if (outcome === 'conflict') {
      const known = game.prices.get(tickCount);
      batch.add('error', game.id, {
        code: 'PRICE_CONFLICT',
        message: `tick ${tickCount}: upstream says ${frame.price}, before it said ${known}; the first is kept`,
      });
    }
    this.#reportMissed(game, before, tickCount, batch);
    if (rugged) this.#end(game, tickCount, frame.price, batch);
  }

  #end(game: Game, rugTick: number, rugPrice: number | undefined, batch: Batch): void {
    game.ended = true;
    game.rugTick = rugTick;
    batch.add('game.end', game.id, {
      reason: 'rugged',
      rugTick,
      rugPrice: rugPrice === undefined ? null : toDecimal(rugPrice),
      peakMultiplier: toDecimal(game.prices.peak),
      tickCount: rugTick,
    });
  }

  /** Another game runs although the last one's rug was not seen. */
  #interruptOthers(nextId: string, batch: Batch): void {
    for (const game of this.#games.values()) if (game.id !== nextId) this.#interrupt(game, batch);
  }

  #interrupt(game: Game, batch: Batch): void {
    if (!game.started || game.ended) return;
    game.ended = true;
    batch.add('game.end', game.id, {
      reason: 'interrupted',
      rugTick: null,
      rugPrice: null,
      peakMultiplier: toDecimal(game.prices.peak),
      tickCount: Math.max(0, game.prices.lastTick),
    });
  }

  #reportMissed(game: Game, before: number, tickCount: number, batch: Batch): void {
    for (const { from, to } of game.prices.holes(tickCount)) {
      if (to <= before || game.missing.has(to)) continue;
      addRange(game.missing, from, to);
      batch.add('game.gap', game.id, { fromTick: from, toTick: to, healed: false, by: null });
    }
  }

  /** The last five ticks, or all of them in the first frame after a connection; the live one is left to its own event. */
  #fillFromFrame(game: Game, frame: GameFrame, batch: Batch, liveTick?: number): void {
    if (game.ended) return;
    if (frame.prices) this.#fill(game, frame.prices.entries(), 'snapshot', { batch, liveTick });
    const window = Object.entries(frame.partialPrices?.values ?? {});
    const ticks = window.map(([tick, price]) => [Number(tick), price] as const);
    this.#fill(
      game,
      ticks.sort(([a], [b]) => a - b),
      'partialPrices',
      { batch, liveTick },
    );
  }

  #fill(
    game: Game,
    ticks: Iterable<readonly [tick: number, price: number]>,
    by: BackfillSource,
    { batch, liveTick }: { batch: Batch; liveTick?: number | undefined },
  ): void {
    const healed: number[] = [];
    if (!game.started) return; // a countdown frame's single price 1 is no tick
    for (const [tick, price] of ticks) {
      if (tick === liveTick || game.prices.set(tick, price) !== 'new') continue;
      batch.addBackfilled(game, tick, by);
      if (game.missing.delete(tick)) healed.push(tick);
    }
    for (const [fromTick, toTick] of ranges(healed)) {
      batch.add('game.gap', game.id, { fromTick, toTick, healed: true, by });
    }
  }

  /** Seeds and prices of finished games. They are found by id: the newest entry may still be the game before. */
  #readHistory(frame: GameFrame, batch: Batch): void {
    for (const entry of historyOf(frame)) {
      const game = this.#games.get(entry.id);
      if (game?.started !== true || game.sealed) continue;
      this.#interrupt(game, batch); // it has ended, even if its rug was not seen
      this.#complete(game, entry, batch);
    }
  }

  /** Games that came and went while the connection was lost. They wait while a game runs: the log tells one after the other. */
  #tellUnseen(frame: GameFrame, batch: Batch): void {
    for (const entry of this.#unseenIn(frame)) this.#unseen.set(entry.id, entry);
    const current = this.#games.get(frame.gameId);
    if (this.#unseen.size === 0 || frame.gameId !== this.currentId) return;
    if (current?.started === true && !current.ended) return;
    this.#interruptOthers(frame.gameId, batch);
    this.#readHistory(frame, batch);
    for (const entry of this.#unseen.values()) this.#tellWhole(entry, batch);
    this.#unseen.clear();
  }

  /** The games of the history that are newer than any the log has; all of it after a longer loss. */
  #unseenIn(frame: GameFrame): HistoryEntry[] {
    const isKnown = ({ id }: { id: string }): boolean =>
      this.#unseen.has(id) || this.#games.get(id)?.started === true;
    // What was before the feed is not its to tell.
    if (![...this.#games.values()].some((game) => game.id !== frame.gameId && game.started)) return [];
    const history = historyOf(frame).filter(({ id }) => id !== frame.gameId);
    return history.slice(history.findLastIndex(isKnown) + 1);
  }

  #tellWhole(entry: HistoryEntry, batch: Batch): void {
    const { prices, provablyFair, gameVersion } = entry;
    const game = this.#remember(entry.id);
    const seal = checkSeal(game, entry);
    const joinedAtTick = prices?.length ?? (seal?.rugTick ?? -1) + 1;
    if (joinedAtTick === 0) return;
    game.started = true;
    game.serverSeedHash ??= provablyFair?.serverSeedHash ?? null;
    game.version ??= gameVersion ?? null;
    const { serverSeedHash, version } = game;
    batch.add('game.start', game.id, { serverSeedHash, gameVersion: version, joinedAtTick });
    this.#complete(game, entry, batch);
  }

  /** All that the history says of a finished game. */
  #complete(game: Game, entry: HistoryEntry, batch: Batch): void {
    if (entry.prices) {
      game.rugTick ??= entry.prices.length - 1;
      this.#fill(game, entry.prices.entries(), 'gameHistory', { batch });
    }
    const check = checkSeal(game, entry);
    if (check !== undefined && check.verdict !== 'mismatch') {
      game.rugTick ??= check.rugTick;
      this.#fill(game, check.derived.entries(), 'seed', { batch });
    }
    if (!game.ended && game.rugTick !== null)
      this.#end(game, game.rugTick, game.prices.get(game.rugTick), batch);
    batch.addSidebets(game, sidebetsOf(entry));
    if (check === undefined) return;
    game.sealed = true;
    batch.add('game.sealed', game.id, sealEvent(game, entry, check));
    if (check.verdict === 'mismatch') {
      batch.add('error', game.id, { code: 'SEAL_MISMATCH', message: check.problems.join('; ') });
    }
  }

  #game(frame: GameFrame): Game {
    const game = this.#remember(frame.gameId);
    game.serverSeedHash = frame.provablyFair?.serverSeedHash ?? game.serverSeedHash;
    game.version = frame.gameVersion ?? frame.provablyFair?.version ?? game.version;
    return game;
  }

  #remember(id: string): Game {
    const known = this.#games.get(id);
    if (known !== undefined) return known;
    const game = newGame(id);
    this.#games.set(id, game);
    for (const oldest of this.#games.keys()) {
      if (this.#games.size <= REMEMBERED_GAMES) break;
      this.#games.delete(oldest);
    }
    return game;
  }
}

/** The finished games a frame tells of that can be read, oldest first. */
function historyOf(frame: GameFrame): HistoryEntry[] {
  const rows = (frame.gameHistory ?? []).map((row) => historyEntry.safeParse(row));
  return rows.flatMap(({ success, data }) => (success ? [data] : [])).reverse();
}

function phaseFrame(frame: GameFrame): PhaseFrame {
  const { gameId, active, rugged, tickCount, cooldownTimer, allowPreRoundBuys } = frame;
  return {
    gameId,
    hasHistory: Array.isArray(frame.gameHistory),
    ...(active === undefined ? {} : { active }),
    ...(rugged === undefined ? {} : { rugged }),
    ...(tickCount === undefined ? {} : { tickCount }),
    ...(cooldownTimer === undefined ? {} : { cooldownTimer }),
    ...(allowPreRoundBuys === undefined ? {} : { allowPreRoundBuys }),
  };
}

/**
 * The tick of the rug. After the first rug frame the tick count runs on, but the price window stays: its end is the rug
 * in every rug frame.
 */
function rugTickOf(frame: GameFrame): number {
  const window = Object.keys(frame.partialPrices?.values ?? {}).map(Number);
  const tickCount = frame.tickCount ?? 0;
  return window.length === 0 ? tickCount : Math.min(tickCount, Math.max(...window));
}

function quietReason(frame: GameFrame): string {
  if (frame.rugged === true) return 'after_rug';
  return (frame.cooldownTimer ?? 0) > 0 ? 'countdown' : 'unchanged';
}
