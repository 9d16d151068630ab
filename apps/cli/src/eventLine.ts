import type { Event, EventOf, Phase } from '@vectra/protocol';
import { multiplier, timeOfDay } from './numbers.js';
import type { Paint } from './paint.js';

type Format = Parameters<Paint>[0];

const WIDTHS = { time: 12, type: 18, game: 8, tick: 5, price: 10 } as const;

const PHASE_FORMATS: Record<Phase, Format> = {
  UNKNOWN: 'dim',
  GAME_ACTIVATION: ['bold', 'green'],
  ACTIVE_GAMEPLAY: 'green',
  RUG_EVENT_1: ['bold', 'white', 'bgRed'],
  RUG_EVENT_2: 'red',
  COOLDOWN: 'blue',
  PRESALE: ['bold', 'cyan'],
};

/** What the columns of a line hold, besides time and type. */
interface Columns {
  tick?: number;
  price?: string;
  priceFormat?: Format;
  text: string;
}

/** The titles above the lines. */
export function titles(paint: Paint): string {
  const { time, type, game, tick, price } = WIDTHS;
  const text = [
    ...['time (UTC)'.padEnd(time), 'type'.padEnd(type), 'game'.padEnd(game)],
    ...['tick'.padStart(tick), 'price'.padStart(price)],
  ].join('  ');
  return paint('dim', text);
}

/** Events as lines for people, in the order in which they come: a price is green above the one before it, red below. */
export class EventLines {
  readonly #paint: Paint;
  #price: { game: string | null; value: number } = { game: null, value: 1 };

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  line(event: Event): string {
    const { time, type, game, tick, price } = WIDTHS;
    const columns = this.#columns(event);
    const paint = this.#paint;
    const priced = (columns.price ?? '').padStart(price);
    const cells = [
      paint('dim', timeOfDay(event.timestamp).padEnd(time)),
      paint(event.source === 'replay' ? 'magenta' : 'cyan', event.type.padEnd(type)),
      paint('dim', (event.gameId ?? '').slice(-8).padEnd(game)),
      String(columns.tick ?? '').padStart(tick),
      columns.priceFormat === undefined ? priced : paint(columns.priceFormat, priced),
      columns.text,
    ];
    return cells.join('  ').trimEnd();
  }

  #columns(event: Event): Columns {
    const paint = this.#paint;
    switch (event.type) {
      case 'game.tick':
        return this.#tick(event);
      case 'game.start': {
        const { joinedAtTick, serverSeedHash } = event.data;
        const seed =
          serverSeedHash === null ? '' : paint('dim', `  seed hash ${serverSeedHash.slice(0, 16)}…`);
        const joined = joinedAtTick > 0 ? `  joined at tick ${joinedAtTick}` : '';
        return { text: `${paint(['bold', 'black', 'bgGreen'], ' START ')}${joined}${seed}` };
      }
      case 'game.phase': {
        const { phase, cooldownTimer } = event.data;
        const left = cooldownTimer > 0 ? `  ${Math.ceil(cooldownTimer / 1_000)} s left` : '';
        return { text: paint(PHASE_FORMATS[phase], phase) + left };
      }
      case 'game.end':
        return this.#end(event);
      case 'game.sealed': {
        const { verdict, complete, prices } = event.data;
        const format = verdict === 'verified' ? 'green' : verdict === 'mismatch' ? ['bold', 'red'] : 'yellow';
        const whole = complete ? `all ${prices.length} prices` : `${prices.length} prices, not all`;
        return { text: `${paint(format as Format, verdict)}  ${whole}` };
      }
      default:
        return playerColumns(event, paint);
    }
  }

  #tick({ gameId, data }: EventOf<'game.tick'>): Columns {
    const value = Number(data.price);
    const before = this.#price.game === gameId ? this.#price.value : value;
    this.#price = { game: gameId, value };
    const notes = [
      ...(data.phase === 'ACTIVE_GAMEPLAY' ? [] : [this.#paint(PHASE_FORMATS[data.phase], data.phase)]),
      ...(data.backfilled === undefined ? [] : [this.#paint('dim', `from ${data.backfilled}`)]),
    ];
    const rise: Format | undefined = value > before ? 'green' : value < before ? 'red' : undefined;
    return {
      ...{ tick: data.tickCount, price: multiplier(data.price), text: notes.join('  ') },
      ...(data.rugged ? { priceFormat: ['bold', 'red'] as Format } : rise && { priceFormat: rise }),
    };
  }

  #end({ data }: EventOf<'game.end'>): Columns {
    const { reason, rugTick, rugPrice, peakMultiplier, tickCount } = data;
    const paint = this.#paint;
    const badge =
      reason === 'rugged'
        ? paint(['bold', 'white', 'bgRed'], ' RUGGED ')
        : paint(['bold', 'black', 'bgYellow'], ' INTERRUPTED ');
    return {
      tick: rugTick ?? tickCount,
      ...(rugPrice === null ? {} : { price: multiplier(rugPrice), priceFormat: ['bold', 'red'] }),
      text: `${badge}  peak ${paint('bold', multiplier(peakMultiplier))}`,
    };
  }
}

/** Events of players. */
function playerColumns(event: Event, paint: Paint): Columns {
  switch (event.type) {
    case 'player.trade': {
      const { tickIndex, price, side, qty, amount, username, playerId } = event.data;
      const format: Format = side === 'buy' || side === 'short_close' ? 'green' : 'red';
      const who = username ?? playerId;
      const what = `${paint(format, side.padEnd(11))}  ${qty} for ${amount} SOL`;
      return { tick: tickIndex, price: multiplier(price), text: `${what}  ${paint('dim', who)}` };
    }
    case 'sidebet.placed':
    case 'sidebet.result': {
      const { data } = event;
      const who = paint('dim', data.username ?? data.playerId);
      const bet = `${data.betAmount} SOL on a rug in ticks ${data.startTick} to ${data.endTick}`;
      if (!('won' in data)) return { tick: data.startTick, text: `${bet}  ${who}` };
      const result = data.won ? paint(['bold', 'green'], `WON ${data.profit}`) : paint('red', 'lost');
      return {
        ...(data.tickIndex === null ? {} : { tick: data.tickIndex }),
        text: `${result}  ${bet}  ${who}`,
      };
    }
    default:
      return otherColumns(event, paint);
  }
}

/** Events of the system itself, and those without words of their own. */
function otherColumns(event: Event, paint: Paint): Columns {
  switch (event.type) {
    case 'game.gap': {
      const { fromTick, toTick, healed, by } = event.data;
      const what = healed ? `filled from ${by ?? 'upstream'}` : 'missed';
      return { text: paint(healed ? 'dim' : 'yellow', `ticks ${fromTick} to ${toTick} ${what}`) };
    }
    case 'connection.status': {
      const { status, source, reason } = event.data;
      const format: Format = status === 'connected' ? 'green' : 'yellow';
      return { text: `${paint(format, status)}  ${source}${reason === null ? '' : `: ${reason}`}` };
    }
    case 'error':
      return { text: `${paint(['bold', 'red'], event.data.code)}  ${event.data.message}` };
    default:
      return { text: paint('dim', JSON.stringify(event.data).slice(0, 160)) };
  }
}
