import { join } from 'node:path';
import { gameRecording, type GameRecording } from '@vectra/protocol';
import { namesIn, textIn } from '../disk.js';
import { clockIn } from './clock.js';
import { GatheredGame } from './gathered.js';
import { readLegacyRow } from './legacy.js';

/** A game that has been recorded before. */
export interface ExistingGame {
  recording: GameRecording;
  game: GatheredGame;
}

const SUFFIX = '.game.json';
const UTC = clockIn('UTC');

/** The games below a recordings folder, found by their names, read when asked for. */
export class ExistingGames {
  /** By the end of the game's id, as the names have it. */
  readonly #found = new Map<string, string[]>();

  /** Lists a recordings folder; none when there is no such folder. */
  static async in(recordings: string): Promise<ExistingGames> {
    const existing = new ExistingGames();
    for (const date of await namesIn(recordings)) {
      if (!/^\d{4}-\d\d-\d\d$/.test(date)) continue;
      for (const name of await namesIn(join(recordings, date, 'games')))
        if (name.endsWith(SUFFIX) && !name.startsWith('.'))
          existing.add(join(recordings, date), `games/${name}`);
    }
    return existing;
  }

  /** Notes a file: its day's folder, and its name relative to it. */
  add(day: string, name: string): void {
    const end = name.slice(0, -SUFFIX.length).split('_').at(-1) ?? '';
    const path = join(day, name);
    const paths = this.#found.get(end) ?? [];
    if (!paths.includes(path)) this.#found.set(end, [...paths, path]);
  }

  /** Whether there may be a recording of a game. */
  has(gameId: string): boolean {
    return this.#found.has(gameId.slice(-8));
  }

  /** The best recording of a game: a complete one before any other, then the one with most ticks, then the first. */
  async get(gameId: string): Promise<ExistingGame | undefined> {
    let best: { path: string; recording: GameRecording } | undefined;
    for (const path of this.#found.get(gameId.slice(-8)) ?? []) {
      const recording = await readRecording(path);
      if (recording?.meta.game_id !== gameId) continue;
      if (best === undefined || worth(recording) > worth(best.recording)) best = { path, recording };
    }
    return best && { recording: best.recording, game: await regather(best.path, best.recording) };
  }
}

function worth({ meta, prices }: GameRecording): number {
  return (meta.complete ? 1e9 : 0) + prices.length;
}

/** undefined: there is none, or it is damaged, and any other is better. */
async function readRecording(path: string): Promise<GameRecording | undefined> {
  const text = await textIn(path);
  try {
    return text === undefined ? undefined : gameRecording.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The game as its two files tell it: `.game.json` has the prices up to the first hole, the lines beside it the rest. */
async function regather(path: string, { meta, prices }: GameRecording): Promise<GatheredGame> {
  const game = new GatheredGame(meta.game_id);
  const startedAt = Date.parse(meta.start_time);
  const endedAt = meta.end_time === null ? null : Date.parse(meta.end_time);
  const see = (tick: number, price: number, row?: { at: number; tradeCount: number | null }): void => {
    if (meta.rug_tick !== null && tick > meta.rug_tick) return;
    const kind = tick === meta.rug_tick ? 'rug' : 'play';
    game.see({
      gameId: game.id,
      tick,
      price,
      kind,
      at: row?.at ?? startedAt,
      tradeCount: row?.tradeCount ?? null,
    });
  };
  for (const line of ((await textIn(linesBeside(path))) ?? '').split('\n')) {
    const word = line === '' ? undefined : readLine(line);
    if (word?.kind === 'sight' && word.sight.gameId === game.id)
      see(word.sight.tick, word.sight.price, word.sight);
  }
  prices.forEach((price, tick) => see(tick, price));
  if (meta.rug_tick !== null) game.rug ??= { tick: meta.rug_tick, price: null, at: endedAt };
  game.startedAt = startedAt;
  if (endedAt !== null) game.hear(endedAt);
  game.serverSeedHash = meta.server_seed_hash;
  return game;
}

function readLine(line: string): ReturnType<typeof readLegacyRow> | undefined {
  try {
    return readLegacyRow(JSON.parse(line) as Record<string, unknown>, UTC);
  } catch {
    return undefined; // Damaged: the prices beside it stand.
  }
}

/** `…/games/20251207T143022_e9ac71e7.game.json` -> `…/jsonl/game_20251207_143022_e9ac71e7.jsonl` */
function linesBeside(path: string): string {
  const [day = '', name = ''] = path.split('/games/');
  return join(day, 'jsonl', `game_${name.slice(0, -SUFFIX.length).replace('T', '_')}.jsonl`);
}
