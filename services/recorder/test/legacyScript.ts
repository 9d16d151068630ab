import type { GatheredGame } from '../src/import/gathered.js';
import { clockIn } from '../src/import/clock.js';
import { Gathering } from '../src/import/gathering.js';

/** A real game: its seed gives every price but the last, which is the rug's. */
export const REAL = {
  id: '20251215-1a211bfc7caf41d6',
  serverSeed: '3ebcc4cd5daa7e41cb996efb2c4b73f0235b8e385617c142f17eee9b685d9a7d',
  rugTick: 7,
  rugPrice: 0.014782661565813707,
};

export interface LegacyRow {
  type: 'tick';
  timestamp: string;
  game_id: string;
  tick: number;
  price: number;
  phase: string;
  active: boolean;
  rugged: boolean;
  cooldown_timer: number;
  trade_count: number;
}

/** A game as the old recorders wrote it: countdown rows priced 1.0, the rug twice, the wrong peak. */
export class LegacyGame {
  readonly id: string;
  readonly prices: readonly number[];

  constructor(id: string, prices: readonly number[]) {
    this.id = id;
    this.prices = prices;
  }

  start(): string {
    return python({ type: 'game_start', timestamp: '2025-12-15T14:30:07.118000', game_id: this.id });
  }

  countdown(cooldown_timer = 14_900): string {
    return this.#row({ tick: 0, price: 1, phase: 'UNKNOWN', active: false, cooldown_timer });
  }

  tick(tick: number, more: Partial<LegacyRow> = {}): string {
    const rugged = tick === this.prices.length - 1;
    return this.#row({ tick, price: this.prices[tick] ?? 1, rugged, trade_count: tick * 2, ...more });
  }

  ticks(from = 0, to = this.prices.length - 1): string[] {
    return Array.from({ length: to - from + 1 }, (_, index) => this.tick(from + index));
  }

  /** The second frame of the rug, which counts on. */
  echo(tick = this.prices.length): string {
    return this.#row({ tick, price: this.prices.at(-1) ?? 0, rugged: true, phase: 'RUG_EVENT_1' });
  }

  end(): string {
    const of = {
      total_ticks: 9,
      tick_range: [0, 9],
      price_range: [0.5, 9.24],
      peak_price: 9.24,
      final_price: 1,
    };
    return python({ type: 'game_end', timestamp: '2025-12-15T14:31:22.118000', game_id: this.id, ...of });
  }

  whole(): string[] {
    return [this.start(), this.countdown(), ...this.ticks(), this.echo(), this.end()];
  }

  #row(more: Partial<LegacyRow>): string {
    const at = new Date(Date.UTC(2025, 11, 15, 14, 30, 22, 118) + (more.tick ?? 0) * 250);
    const row: LegacyRow = {
      type: 'tick',
      timestamp: `${at.toISOString().slice(0, -1)}000`,
      game_id: this.id,
      tick: 0,
      price: 1,
      phase: 'ACTIVE_GAMEPLAY',
      active: true,
      rugged: false,
      cooldown_timer: 0,
      trade_count: 0,
      ...more,
    };
    return python(row);
  }
}

/** JSON with the spaces the old recorders put into it. */
function python(row: object): string {
  return JSON.stringify(row).replaceAll('":', '": ').replaceAll(',"', ', "');
}

/** Gathers lines of one file, read as UTC. */
export function gather(lines: readonly string[], into = new Gathering(clockIn('UTC'))) {
  const outcomes = lines.map((line) => into.line(line, 'a.jsonl'));
  const game = (id: string): GatheredGame => {
    const found = into.games.get(id);
    if (found === undefined) throw new Error(`expected a game ${id}, there is none`);
    return found;
  };
  return { gathering: into, outcomes, kinds: outcomes.map(({ kind }) => kind), game };
}
