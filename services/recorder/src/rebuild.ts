import type { Logger } from '@vectra/service-kit';
import { GameBook, type Game } from './book.js';
import { RecordingFiles } from './files.js';
import { foldersOf } from './folders.js';
import { readJournal } from './journal.js';
import { recordGame } from './recording.js';
import type { SegmentLine } from './segment.js';
import { SessionKeeper } from './sessions/keeper.js';

/** Games that left the book change no more; they are written in groups of this size, so memory stays bounded. */
const GROUP = 64;
/** As for sessions, each of which is larger. */
const SESSIONS = 16;

/** What a rebuild did on one UTC day. */
export interface RebuiltDay {
  date: string;
  games: number;
  complete: number;
  written: number;
  unchanged: number;
}

/**
 * Derives every file of a data folder anew from its journal. The journal is only read; files that are right already
 * are left alone, and files of games the journal does not hold stay.
 */
export async function rebuild(dataFolder: string, log: Logger): Promise<RebuiltDay[]> {
  const { journal, recordings } = foldersOf(dataFolder);
  const files = new RecordingFiles(recordings, log);
  const days = new Map<string, RebuiltDay>();
  const due = new Map<string, Game>();
  let book = new GameBook();
  let sessions = new SessionKeeper();

  const writeAll = async (games: readonly Game[]): Promise<void> => {
    const derived = games.map(recordGame).filter((game) => game !== undefined);
    const outcomes = await files.write(derived);
    for (const { gameId, names, recording } of derived) {
      const outcome = outcomes.get(gameId);
      if (outcome === undefined || outcome === 'refused') continue;
      const day = days.get(names.date) ?? {
        date: names.date,
        games: 0,
        complete: 0,
        written: 0,
        unchanged: 0,
      };
      days.set(names.date, day);
      day.games += 1;
      day[outcome] += 1;
      if (recording.meta.complete) day.complete += 1;
    }
    for (const { id } of games) due.delete(id);
  };

  const take = (line: SegmentLine): void => {
    if (line.kind === 'header') {
      book = new GameBook(line.header);
      sessions = new SessionKeeper(line.header.sessions);
    }
    if (line.kind === 'recording') book.follow(line.change);
    if (line.kind === 'gap') sessions.lose();
    if (line.kind === 'event' || line.kind === 'late') sessions.apply(line.event, line.kind === 'late');
    if (line.kind !== 'carried' && line.kind !== 'event' && line.kind !== 'late') return;
    for (const game of book.apply(line.event)) if (game.recorded) due.set(game.id, game);
  };

  for await (const line of readJournal(journal, log)) {
    take(line);
    if (due.size >= 2 * GROUP) await writeAll([...due.values()].slice(0, GROUP));
    if (sessions.size >= SESSIONS) {
      await files.write([], sessions.due(true));
      sessions.written(true);
    }
  }
  await writeAll([...due.values()]);
  await files.write([], sessions.due());
  return [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}
