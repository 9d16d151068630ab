import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rest } from '@vectra/client';
import type { GameRecording } from '@vectra/protocol';
import { chance } from '../../faults/chance.js';
import { tally } from '../../faults/tally.js';
import { drawFaults, type Fault } from './faults.js';
import { startFollowers, type Follower } from './followers.js';
import { gameFiles } from './gameFiles.js';
import { inflict } from './inflict.js';
import { heardWhole, parityOf } from './parity.js';
import { readJournalOf, readLog, readRecordings, readStore, verifyRecordings } from './published.js';
import { complaintOf, healthOf, newestOf, recovers, until } from './recovery.js';
import { openSessions, readSessions } from './sessions.js';
import type { Settings } from './settings.js';
import type { Stack } from './stack.js';
import type { Outcome, Place } from './verdict.js';

const START_MS = 180_000;
/** A system that needs longer than this after a fault has not recovered. */
const RECOVERY_MS = 120_000;
const SETTLE_MS = 180_000;
const PROGRESS_MS = 10_000;
const MINUTE_MS = 60_000;

/** What happened, for the report. */
export interface Story {
  outcome: Outcome;
  faults: Fault[];
  /** How long after the end of each fault, or of two at once, all was well again. Ms. */
  recoveries: { faults: Fault[]; ms: number }[];
  epoch: string;
  events: number;
  games: { files: number; complete: number; heardWhole: number };
  /** What /health still complained of at the end, though it is not wrong: that events are stored late. */
  remark: string | undefined;
}

/** A run of the whole system under faults, from its start to what it came to. */
export class Soak {
  readonly #stack: Stack;
  readonly #settings: Settings;
  readonly #signal: AbortSignal;
  readonly #say: (line: string) => void;
  readonly #faults: Fault[] = [];
  readonly #recoveries: Story['recoveries'] = [];
  readonly #problems: string[] = [];
  #followers: Follower[] = [];
  #remark: string | undefined;
  #startedAt = 0;

  constructor(parts: { stack: Stack; settings: Settings; signal: AbortSignal; say: (line: string) => void }) {
    this.#stack = parts.stack;
    this.#settings = parts.settings;
    this.#signal = parts.signal;
    this.#say = parts.say;
  }

  /** @throws Error when the system does not start or can't be read at the end; AbortError when it is stopped. */
  async run(): Promise<Story> {
    try {
      const epoch = await this.#start();
      const progress = setInterval(() => this.#tellProgress(), PROGRESS_MS);
      try {
        await this.#storm();
      } finally {
        clearInterval(progress);
      }
      const run = this.#minutes();
      await this.#settle();
      return await this.#judge(epoch, run);
    } finally {
      for (const follower of this.#followers) follower.close();
    }
  }

  /** @returns the epoch of the log. */
  async #start(): Promise<string> {
    const { url } = this.#stack;
    this.#say('building the images');
    await this.#stack.build();
    this.#say(`starting the system, which is reached at ${url}`);
    await this.#stack.startReaders();
    const gatewayAnswers = async (): Promise<string | undefined> => {
      const health = await healthOf(url);
      return health?.services.paper?.ok === true ? undefined : 'paper trading is not well';
    };
    await until('paper trading is well', gatewayAnswers, this.#within(START_MS));
    // Before there is any event: so they see every game, and what they must come to is known.
    await openSessions(url);
    await this.#stack.startSources();
    await until('/health is well', () => complaintOf(url), this.#within(START_MS));
    const { epoch } = (await rest({ url }).health()).log;
    if (epoch === null) throw new Error('expected a log with an epoch');
    this.#followers = startFollowers(url, epoch);
    this.#startedAt = Date.now();
    return epoch;
  }

  async #storm(): Promise<void> {
    const { minutes, faults, seed } = this.#settings;
    const ids = new Map((await this.#stack.containers()).map(({ name, id }) => [name, id]));
    const rounds = drawFaults([...ids.keys()], faults, chance(seed));
    const everyMs = (minutes * MINUTE_MS) / rounds.length;
    for (const [index, round] of rounds.entries()) {
      await this.#waitUntil(this.#startedAt + index * everyMs);
      try {
        await inflict(round, ids);
        this.#faults.push(...round);
      } catch (error) {
        this.#signal.throwIfAborted();
        this.#note(wordsOf(error));
      }
      await this.#recover(round);
    }
    await this.#waitUntil(this.#startedAt + minutes * MINUTE_MS);
  }

  async #recover(round: Fault[]): Promise<void> {
    const since = Date.now();
    try {
      await recovers(this.#stack.url, this.#followers, this.#within(RECOVERY_MS));
      this.#recoveries.push({ faults: round, ms: Date.now() - since });
    } catch (error) {
      this.#signal.throwIfAborted();
      const after = round.map(({ container, kind }) => `${container} was ${kind}`).join(' and ');
      this.#note(`after ${after}: ${wordsOf(error)}`);
    }
  }

  /** All is well; then nothing more is published, and everybody has what was. */
  async #settle(): Promise<void> {
    const { url } = this.#stack;
    const within = this.#within(SETTLE_MS);
    this.#say('no more faults: waiting until all is well');
    await this.#noting(recovers(url, this.#followers, within));
    const isQuick = (): Promise<string | undefined> => complaintOf(url, false);
    await until('/health has no problem left', isQuick, within).catch((error: unknown) => {
      this.#signal.throwIfAborted();
      this.#remark = wordsOf(error);
    });
    await this.#stack.stop('feed');
    const hasRest = async (): Promise<string | undefined> => {
      const health = await healthOf(url);
      if (health === undefined) return 'no gateway answers';
      const { log, groups } = health;
      const late = groups.filter(({ lag, pending }) => lag > 0 || pending > 0);
      const behind = this.#followers.filter((follower) => newestOf(follower) < log.last);
      const names = [...late, ...behind].map(({ name }) => name);
      return names.length === 0 ? undefined : `behind: ${names.join(', ')}`;
    };
    await this.#noting(until('everybody has every event', hasRest, within));
  }

  async #judge(epoch: string, run: number): Promise<Story> {
    this.#say('comparing what everybody has');
    const published = await readLog(this.#stack);
    const last = published.seqs.at(-1) ?? 0;
    const { log } = await rest({ url: this.#stack.url }).health();
    if (log.epoch !== epoch) this.#note(`the log began anew: its epoch was ${epoch}, is ${log.epoch}`);
    const sessions = await readSessions(this.#stack.url);
    const storeHasAll = async (): Promise<string | undefined> => {
      const { rows, events } = await readStore(this.#stack);
      return rows === last && events === last ? undefined : `${rows} rows of ${events} events, not ${last}`;
    };
    await this.#noting(until('the event store has every event once', storeHasAll, this.#within(MINUTE_MS)));
    for (const problem of await verifyRecordings(this.#stack)) this.#note(problem);
    const { journal, recordings } = await this.#readFiles(published.texts);
    const whole = heardWhole(journal.events, recordings);
    const places: Place[] = [
      { name: 'the log', tally: tally(published.seqs, last) },
      { name: "the recorder's journal", tally: journal.tally },
      { name: "the games' files (games)", tally: gameFiles(journal.events, recordings) },
      ...this.#followers.map((follower) => placeOf(follower, last)),
    ];
    const { minutes, faults } = this.#settings;
    const outcome: Outcome = {
      ...{ wanted: faults, done: this.#faults.length, minutes: { wanted: minutes, run }, places },
      sessions: sessions.map((session) => parityOf(session, journal.events, whole)),
      problems: this.#problems,
    };
    const complete = recordings.filter(({ meta }) => meta.complete).length;
    return {
      ...{ outcome, epoch, events: last, faults: this.#faults, recoveries: this.#recoveries },
      games: { files: recordings.length, complete, heardWhole: whole.length },
      remark: this.#remark,
    };
  }

  async #readFiles(texts: ReadonlyMap<number, string>): Promise<{
    journal: Awaited<ReturnType<typeof readJournalOf>>;
    recordings: GameRecording[];
  }> {
    const dir = await mkdtemp(join(tmpdir(), 'vectra-soak-'));
    try {
      await this.#stack.copy('recorder', '/data/journal', join(dir, 'journal'));
      await this.#stack.copy('recorder', '/data/recordings', join(dir, 'recordings'));
      return { journal: await readJournalOf(dir, texts), recordings: await readRecordings(dir) };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  #within(limitMs: number): { limitMs: number; signal: AbortSignal } {
    return { limitMs, signal: this.#signal };
  }

  #note(problem: string): void {
    this.#problems.push(problem);
    this.#say(problem);
  }

  /** What is waited for in vain is noted, and the soak goes on. */
  async #noting(waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#note(wordsOf(error));
    }
  }

  #minutes(): number {
    return (Date.now() - this.#startedAt) / MINUTE_MS;
  }

  async #waitUntil(at: number): Promise<void> {
    const ms = at - Date.now();
    if (ms > 0) await sleep(ms, undefined, { signal: this.#signal });
    else this.#signal.throwIfAborted();
  }

  #tellProgress(): void {
    const { minutes, faults } = this.#settings;
    const places = this.#followers.map(newestOf);
    this.#say(
      `minute ${this.#minutes().toFixed(1)} of ${minutes}, ${this.#faults.length} of ${faults} faults, ` +
        `${Math.max(...places)} events, the ${places.length} clients at ${Math.min(...places)} or later`,
    );
  }
}

function placeOf({ name, told }: Follower, last: number): Place {
  const counted = tally(told.seqs, last);
  const foreign = counted.foreign + told.foreign + told.unrecovered;
  return {
    name: `client ${name}`,
    tally: { ...counted, foreign },
    ...(told.connections === undefined ? {} : { reconnects: told.connections - 1 }),
  };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
