import {
  AVERAGED_GAMES,
  EMPTY_ARCHIVE,
  extendArchive,
  HISTORY_GAMES,
  historyEntry,
  type Archive,
} from './archive.js';
import { Delivery, TICK_MS } from './delivery.js';
import { activationFrame, fullFrame, minimalFrame, priceAt, standardFrame, type Moment } from './frames.js';
import { drawGame, type Game } from './game.js';
import { Market, PRESALE_MS } from './market.js';
import { invitePlayers, type Player } from './players.js';
import { Random } from './random.js';
import { Rhythms } from './rhythms.js';
import { NO_ROYALE, scheduleRoyales } from './sundries.js';

/** One message of the server. */
export interface Message {
  /** When it arrives (ms since 1970, in the time of the script). */
  at: number;
  event: string;
  args: readonly unknown[];
  /** What the server knows once this is sent: the source of a connect snapshot. */
  moment: Moment;
}

/** These carry no trace argument; every other event's payload is its second and last argument. */
const UNTRACED = new Set(['gameStateUpdate', 'gameStatePlayerUpdate', 'playerUpdate', 'rugRoyaleUpdate']);

/** An event's arguments. */
export function withTrace(random: Random, event: string, payload: unknown): unknown[] {
  if (UNTRACED.has(event)) return [payload];
  return [{ __trace: true, traceparent: `00-${random.hex(32)}-${random.hex(16)}-01` }, payload];
}

const COUNTDOWN_MS = 15_000;
const HEARTBEAT_MS = 100;
/** The script begins inside the first game's presale. */
const FIRST_TIMER = 5000;
const PLAYERS = 90;
/** A game that rugs by this tick counts towards the rugpool; the tenth empties it. */
const INSTARUG_TICK = 6;
const RUGPOOL_THRESHOLD = 10;

/**
 * In which order the second rug frame (`rug`), the new game's full frame (`new`) and its first minimal frames arrive.
 * Weighted as in six real rugs: mostly in the order they are meant, the new game's late or never, and once the rug's
 * second frame after a frame of the new game.
 */
const CHANGEOVERS: readonly { weight: number; order: readonly ('rug' | 'new' | 14_900 | 14_800)[] }[] = [
  { weight: 0.55, order: ['rug', 'new', 14_900, 14_800] },
  { weight: 0.2, order: ['rug', 14_900, 14_800, 'new'] },
  { weight: 0.1, order: [14_900, 'rug', 14_800, 'new'] },
  { weight: 0.06, order: [14_900, 'rug', 14_800] },
  { weight: 0.09, order: ['rug', 14_900, 14_800] },
];

export interface ScriptOptions {
  /** The same seed and start give the same messages, byte for byte. */
  seed: string;
  /** Unix ms of the first message. */
  startsAt: number;
}

/** Everything a server sends, game after game, without end. */
export class Script {
  readonly #startsAt: number;
  readonly #players: readonly Player[];
  /** Chance is split by concern, so that a change in one leaves the others as they were. */
  readonly #games: Random;
  readonly #play: Random;
  readonly #traces: Random;
  readonly #delivery: Delivery;
  readonly #rhythms: Rhythms;
  #market: Market;
  #moment: Moment;

  constructor({ seed, startsAt }: ScriptOptions) {
    const random = (concern: string): Random => new Random(`${seed}/${concern}`);
    this.#startsAt = startsAt;
    this.#players = invitePlayers(random('players'), PLAYERS);
    this.#games = random('games');
    this.#play = random('play');
    this.#traces = random('traces');
    this.#delivery = new Delivery(random('delivery'));
    this.#rhythms = new Rhythms(random('rhythms'), this.#players, startsAt);
    const createdAt = startsAt - (COUNTDOWN_MS - FIRST_TIMER);
    const archive = this.#rehearse(createdAt);
    const game = drawGame(this.#games, createdAt);
    this.#market = new Market(this.#play, this.#players, game);
    this.#moment = {
      game,
      active: false,
      rugged: false,
      tickCount: 0,
      cooldownTimer: FIRST_TIMER,
      allowPreRoundBuys: true,
      tradeCount: 0,
      leaderboard: [],
      connectedPlayers: this.#play.int(190, 250),
      rugpool: { instarugCount: this.#play.int(0, 8), threshold: RUGPOOL_THRESHOLD, rugpoolAmount: 0.70119 },
      rugRoyale: NO_ROYALE,
      archive,
    };
  }

  /** What the server knows before its first message. */
  get opening(): Moment {
    return this.#moment;
  }

  *messages(): Generator<Message, never> {
    let createdAt = this.#startsAt - (COUNTDOWN_MS - FIRST_TIMER);
    let timer = FIRST_TIMER;
    for (;;) {
      yield* this.#countdown(createdAt, timer);
      const ruggedAt = yield* this.#inPlay(createdAt + COUNTDOWN_MS);
      createdAt = ruggedAt + this.#play.between(700, 1000);
      yield* this.#changeover(ruggedAt, createdAt);
      timer = 14_700;
    }
  }

  /** Minimal frames down to 100 ms. Presale opens at 10000 with a standard frame; a timer of 0 is never sent. */
  *#countdown(createdAt: number, from: number): Generator<Message> {
    for (let timer = from; timer > 0; timer -= HEARTBEAT_MS) {
      const sent = createdAt + COUNTDOWN_MS - timer;
      if (timer > PRESALE_MS) {
        yield* this.#send(sent, { cooldownTimer: timer }, minimalFrame);
        continue;
      }
      this.#market.presale(timer);
      const leaderboard = this.#market.presaleLeaderboard();
      const opened = { cooldownTimer: timer, allowPreRoundBuys: true, leaderboard };
      if (timer === PRESALE_MS) yield* this.#send(sent, opened, standardFrame);
      yield* this.#send(sent, opened, minimalFrame);
    }
  }

  /** Activation, a standard frame a tick, and the first rug frame. Returns when the rug was sent. */
  *#inPlay(activeAt: number): Generator<Message, number> {
    const { game } = this.#market;
    this.#market.presale(0);
    this.#rhythms.observe(this.#market.presaleTrades, [], game);
    const started = { active: true, cooldownTimer: 0, allowPreRoundBuys: false, leaderboard: [] };
    yield* this.#send(activeAt, started, activationFrame);
    for (let tickCount = 1; tickCount < game.rugTick; tickCount++) {
      const sent = activeAt + tickCount * TICK_MS;
      const { trades, bets } = this.#market.tick(tickCount, sent);
      this.#rhythms.observe(trades, bets, game);
      const leaderboard = tickCount === 1 ? [] : this.#market.leaderboard(game.prices[tickCount] ?? 0);
      const { tradeCount } = this.#market;
      yield* this.#send(sent, { tickCount, tradeCount, leaderboard }, standardFrame);
    }
    const ruggedAt = activeAt + game.rugTick * TICK_MS;
    this.#market.rug(ruggedAt);
    const rugged = { ...this.#moment, rugged: true, tickCount: game.rugTick };
    const leaderboard = this.#market.leaderboard(priceAt(rugged));
    const { tradeCount } = this.#market;
    yield* this.#send(ruggedAt, { ...rugged, tradeCount, leaderboard }, standardFrame);
    return ruggedAt;
  }

  /**
   * The second rug frame, 0.8 to 5.3 s after the first because it is large, still with the previous game as newest of its
   * history; and the new game, whose full frame reveals the ended one's seed.
   */
  *#changeover(ruggedAt: number, createdAt: number): Generator<Message> {
    const secondRug: Moment = { ...this.#moment, tickCount: this.#moment.tickCount + this.#play.int(1, 3) };
    const created = this.#createGame(ruggedAt, createdAt);
    this.#delivery.hold(800 + 4500 * this.#play.unit() ** 3);
    for (const step of this.#drawChangeover()) {
      if (step === 'rug') {
        const shown = this.#moment.game === secondRug.game ? secondRug : {};
        yield* this.#send(ruggedAt, shown, () => fullFrame(secondRug, 'partialPrices'));
      } else if (step === 'new') {
        const asCreated = { ...created, connectedPlayers: this.#moment.connectedPlayers };
        const shown = this.#moment.game === created.game ? {} : created;
        yield* this.#send(createdAt, shown, () => fullFrame(asCreated, 'partialPrices'));
      } else {
        const sent = createdAt + COUNTDOWN_MS - step;
        yield* this.#send(sent, { ...created, cooldownTimer: step }, minimalFrame);
      }
    }
  }

  /** Puts the ended game into the archive and draws the next. */
  #createGame(ruggedAt: number, createdAt: number): Moment {
    const ended = historyEntry(this.#market.game, ruggedAt + 450, this.#market.sidebets);
    const game = drawGame(this.#games, createdAt);
    this.#market = new Market(this.#play, this.#players, game);
    return {
      ...this.#moment,
      game,
      active: false,
      rugged: false,
      tickCount: 0,
      cooldownTimer: COUNTDOWN_MS,
      allowPreRoundBuys: false,
      rugpool: this.#rugpoolAfter(this.#moment.game),
      rugRoyale: this.#royaleAt(createdAt),
      archive: extendArchive(this.#moment.archive, ended),
    };
  }

  #drawChangeover(): (typeof CHANGEOVERS)[number]['order'] {
    let left = this.#play.unit();
    for (const { weight, order } of CHANGEOVERS) {
      left -= weight;
      if (left < 0) return order;
    }
    return ['rug', 'new', 14_900, 14_800];
  }

  #rugpoolAfter(game: Game): Moment['rugpool'] {
    const { instarugCount, threshold, rugpoolAmount } = this.#moment.rugpool;
    if (game.rugTick > INSTARUG_TICK) return this.#moment.rugpool;
    if (instarugCount + 1 >= threshold) return { instarugCount: 0, threshold, rugpoolAmount: 0 };
    return {
      instarugCount: instarugCount + 1,
      threshold,
      rugpoolAmount: rugpoolAmount + this.#play.between(0.1, 1),
    };
  }

  /** Now and then a day of royales is announced, and taken back. */
  #royaleAt(now: number): Moment['rugRoyale'] {
    if (!this.#play.chance(0.1)) return this.#moment.rugRoyale;
    return this.#moment.rugRoyale === NO_ROYALE ? scheduleRoyales(this.#play, now) : NO_ROYALE;
  }

  /** Changes the moment and sends a frame of it, after the other events due by then. */
  *#send(sent: number, change: Partial<Moment>, frame: (moment: Moment) => unknown): Generator<Message> {
    for (const { sent: at, event, payload } of this.#rhythms.due(sent, this.#moment))
      yield this.#message(at, event, payload);
    this.#moment = { ...this.#moment, ...change, connectedPlayers: this.#countPlayers() };
    yield this.#message(sent, 'gameStateUpdate', frame(this.#moment));
  }

  #message(sent: number, event: string, payload: unknown): Message {
    return {
      at: this.#delivery.arrival(sent),
      event,
      args: withTrace(this.#traces, event, payload),
      moment: this.#moment,
    };
  }

  #countPlayers(): number {
    const { connectedPlayers } = this.#moment;
    if (!this.#play.chance(0.2)) return connectedPlayers;
    return Math.min(260, Math.max(180, connectedPlayers + this.#play.int(-1, 1)));
  }

  /** The games before the first: a hundred for the averages, the last ten of them in full. */
  #rehearse(until: number): Archive {
    const length = (game: Game): number => COUNTDOWN_MS + game.rugTick * TICK_MS + 900;
    const games = Array.from({ length: AVERAGED_GAMES }, (_, index) =>
      drawGame(this.#games, until - (AVERAGED_GAMES - index) * 67_000),
    );
    let createdAt = until - games.reduce((sum, game) => sum + length(game), 0);
    return games.reduce((archive, game, index) => {
      const market = new Market(this.#play, this.#players, game);
      const activeAt = createdAt + COUNTDOWN_MS;
      if (index >= AVERAGED_GAMES - HISTORY_GAMES) rehearseGame(market, activeAt);
      createdAt += length(game);
      const endedAt = activeAt + game.rugTick * TICK_MS + 450;
      return extendArchive(archive, historyEntry(game, endedAt, market.sidebets));
    }, EMPTY_ARCHIVE);
  }
}

function rehearseGame(market: Market, activeAt: number): void {
  market.presale(0);
  for (let tick = 1; tick < market.game.rugTick; tick++) market.tick(tick, activeAt + tick * TICK_MS);
  market.rug(activeAt + market.game.rugTick * TICK_MS);
}
