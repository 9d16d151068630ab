import type { LineKind } from './account.js';
import { isCaptured, readFrame, type FrameWords } from './capture.js';
import type { Clock } from './clock.js';
import { recoverRows } from './damaged.js';
import { GatheredGame, type Verdict } from './gathered.js';
import { readLegacyRow, type Word } from './legacy.js';
import type { Seed } from './seeds.js';

/** What became of one line. */
export interface LineOutcome {
  kind: LineKind;
  /** Rows recovered from a damaged line. */
  recovered: number;
  /** Rows a damaged line held that are lost, at least. */
  lost: number;
  /** Why it could not be read. */
  reason?: string;
}

const OF_VERDICT: Readonly<Record<Verdict, LineKind>> = {
  new: 'used',
  known: 'duplicate',
  idle: 'idle',
  conflict: 'conflict',
};
/** Of the rows of one line the one that says most decides. */
const RANK: readonly LineKind[] = ['used', 'conflict', 'duplicate', 'idle', 'other', 'unreadable'];

/** Lines in, games out. Pure: equal lines in equal order give equal games, and every line is accounted for. */
export class Gathering {
  /** In the order in which they were first seen. */
  readonly games = new Map<string, GatheredGame>();
  readonly seeds = new Map<string, Seed>();
  readonly #clock: Clock;
  readonly #bounds = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes in one line of a file. */
  line(text: string, file: string): LineOutcome {
    if (text.trim() === '') return outcome('blank');
    const row = parse(text);
    if (row === undefined) return this.#damaged(text, file);
    if (isCaptured(row)) return this.#captured(row, file);
    const word = readLegacyRow(row, this.#clock);
    return { ...outcome(this.#take(word, file)), ...(word.kind === 'unreadable' && { reason: word.reason }) };
  }

  /** Lets a game go that nothing more is expected of. */
  drop(gameId: string): void {
    this.games.delete(gameId);
    this.#bounds.delete(`start:${gameId}`);
    this.#bounds.delete(`end:${gameId}`);
  }

  #damaged(text: string, file: string): LineOutcome {
    // People wrote comments into recordings.
    if (text.trimStart().startsWith('#')) return outcome('other');
    const { rows, lost, brokenOff } = recoverRows(text);
    const kinds = rows.map((row) => this.#take(readLegacyRow(row, this.#clock, brokenOff.has(row)), file));
    const recovered = kinds.filter((kind) => kind !== 'unreadable').length;
    if (recovered > 0) return { kind: 'repaired', recovered, lost: lost + rows.length - recovered };
    return { kind: 'unreadable', recovered: 0, lost: Math.max(1, lost), reason: 'no JSON' };
  }

  #take(word: Word, file: string): LineKind {
    if (word.kind === 'other' || word.kind === 'unreadable') return word.kind;
    if (word.kind === 'sight') {
      const game = this.#game(word.sight.gameId, file);
      return OF_VERDICT[game.see(word.sight)];
    }
    const game = this.#game(word.gameId, file);
    if (word.kind === 'idle') return 'idle';
    if (word.kind === 'end') game.hear(word.at);
    const bound = `${word.kind}:${word.gameId}`;
    if (this.#bounds.has(bound)) return 'duplicate';
    this.#bounds.add(bound);
    return 'used';
  }

  #captured(row: Record<string, unknown>, file: string): LineOutcome {
    const at = this.#clock.read(row.ts);
    if (at === undefined) return { ...outcome('unreadable'), reason: 'no time' };
    const words = readFrame(row, at);
    return outcome(words === undefined ? 'other' : this.#frame(words, file));
  }

  #frame({ gameId, sights, ...words }: FrameWords, file: string): LineKind {
    const game = this.#game(gameId, file);
    game.serverSeedHash ??= words.serverSeedHash;
    game.version ??= words.version;
    const kinds = sights.map((sight) => OF_VERDICT[game.see(sight)]);
    for (const [id, seed] of words.seeds) {
      if (this.seeds.has(id)) continue;
      this.seeds.set(id, seed);
      kinds.push('used');
    }
    return RANK.find((kind) => kinds.includes(kind)) ?? 'idle';
  }

  #game(gameId: string, file: string): GatheredGame {
    let game = this.games.get(gameId);
    if (game === undefined) {
      game = new GatheredGame(gameId);
      this.games.set(gameId, game);
    }
    game.files.add(file);
    return game;
  }
}

function outcome(kind: LineKind): LineOutcome {
  return { kind, recovered: 0, lost: 0 };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // Damaged lines are recovered by other means.
  }
}
