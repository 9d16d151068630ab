import { randomBytes } from 'node:crypto';
import {
  encodeEvent,
  placeEvent,
  type Command,
  type CommandOf,
  type Reply,
  type ReplyOf,
} from '@vectra/protocol';
import type { Client } from '../client.js';
import { refusal } from '../commands.js';
import type { Clock } from './clock.js';
import type { GameSource } from './library.js';
import { Playhead } from './playhead.js';
import { openPlaylist, type Playlist } from './playlist.js';
import type { Score } from './score.js';

/** So many moments (some 0.2 ms) are given before others get their turn. */
const MOMENTS_A_TURN = 16;
const LONGEST_WAIT_MS = 60_000;

const ACTIONS = ['replay', 'pause', 'resume', 'step', 'seek', 'speed', 'next', 'previous'] as const;
export type ReplayCommand = CommandOf<(typeof ACTIONS)[number]>;

export function isReplayCommand(command: Command): command is ReplayCommand {
  return (ACTIONS as readonly string[]).includes(command.action);
}

/** Answered when it is where it was sent to. */
interface Errand {
  ref: string | undefined;
  /** Ticks to be given after the end of this game. */
  left: number;
}

type State = ReplyOf<'replay'>['state'];

/**
 * Plays recorded games to one client, and does what it says, one command after the other. What it was sent to is given at once, the rest
 * in time; no more than the client takes.
 */
export class Player {
  readonly #client: Client;
  readonly #library: GameSource;
  readonly #clock: Clock;
  readonly #inbox: ReplayCommand[] = [];
  #playlist: Playlist | undefined;
  #index = 0;
  #head: Playhead | undefined;
  #errand: Errand | undefined;
  /** There was no further game. */
  #ended = false;
  #over = false;
  /** Of the replay's own: its ids are no places in the log. */
  #epoch = '';
  #seq = 0;
  #given = 0;
  #wake: () => void = () => undefined;

  constructor(client: Client, library: GameSource, clock: Clock) {
    this.#client = client;
    this.#library = library;
    this.#clock = clock;
  }

  tell(command: ReplayCommand): void {
    this.#inbox.push(command);
    this.#wake();
  }

  /** Gives nothing any more. */
  stop(): void {
    this.#dismiss();
    this.#over = true;
    this.#wake();
  }

  /** Where it is. */
  where(state: State = this.#state): ReplyOf<'replay'> {
    const { score, tick = 0, speed = 1 } = this.#head ?? {};
    const place = { index: this.#index, games: this.#playlist?.length ?? 0 };
    const game = { gameId: score?.gameId ?? null, tick, ticks: score?.ticks ?? 0 };
    return { type: 'replay', state, ...game, ...place, speed };
  }

  /** Resolves when it was stopped, or could not find its first game. */
  async run(): Promise<void> {
    for (;;) {
      await this.#client.drained();
      if (this.#isOver) break;
      const command = this.#inbox.shift();
      if (command !== undefined) await this.#obey(command);
      else if (this.#head !== undefined) await this.#goOn(this.#head);
      else break;
    }
    this.#dismiss();
  }

  get #isOver(): boolean {
    return this.#over || this.#client.closed;
  }

  get #state(): State {
    if (this.#ended) return 'ended';
    return this.#head?.paused === true ? 'paused' : 'playing';
  }

  #dismiss(): void {
    for (const command of this.#inbox.splice(0)) this.#refuse(command, 'no_replay', 'the replay is over');
  }

  async #obey(command: ReplayCommand): Promise<void> {
    if (command.action === 'replay') await this.#open(command);
    else if (this.#head === undefined) this.#refuse(command, 'no_replay', 'expected a replay before');
    else await this.#steer(command, this.#head);
  }

  async #steer(command: Exclude<ReplayCommand, { action: 'replay' }>, head: Playhead): Promise<void> {
    const { ref } = command;
    const now = this.#clock.now();
    switch (command.action) {
      case 'pause':
        head.setPaused(true, now);
        this.#reply({ type: 'paused', what: 'replay', id: null }, ref);
        this.#tellWhere(ref);
        break;
      case 'resume':
        this.#resume(command, head);
        break;
      case 'speed':
        head.setSpeed(command.speed, now);
        this.#tellWhere(ref);
        break;
      case 'seek':
        this.#leaveErrand(head);
        head.seek(command.tick);
        this.#errand = { ref, left: 0 };
        break;
      case 'step':
        this.#leaveErrand(head);
        head.setPaused(true, now);
        this.#errand = { ref, left: head.step(command.ticks ?? 1) };
        break;
      case 'next':
        this.#leaveErrand(head);
        await this.#turnTo(1, ref);
        break;
      case 'previous':
        this.#leaveErrand(head);
        await this.#turnTo(-1, ref);
        break;
    }
  }

  #resume(command: CommandOf<'resume'>, head: Playhead): void {
    if (!head.paused && !this.#ended) {
      this.#refuse(command, 'not_paused', 'the replay goes on');
      return;
    }
    head.setPaused(false, this.#clock.now());
    this.#ended = false;
    this.#reply({ type: 'resumed', what: 'replay', id: null, skipped: 0 }, command.ref);
    this.#tellWhere(command.ref);
  }

  async #open(command: CommandOf<'replay'>): Promise<void> {
    const { ref, speed = 1 } = command;
    const playlist = await openPlaylist(this.#library, command);
    if ('type' in playlist) {
      this.#reply(playlist, ref);
      return;
    }
    const found = await this.#load(playlist, 0, 1);
    if (found === undefined) {
      this.#refuse(command, 'no_such_game', 'no recording of these can be read');
      return;
    }
    if (this.#head !== undefined) this.#leaveErrand(this.#head);
    this.#playlist = playlist;
    this.#epoch = randomBytes(8).toString('hex');
    this.#seq = 0;
    this.#begin(
      found,
      new Playhead(found.score, 'start', { speed, paused: false, now: this.#clock.now() }),
      ref,
    );
  }

  /** Gives what is due, or waits for it or the next command. */
  async #goOn(head: Playhead): Promise<void> {
    const wait = head.wait(this.#clock.now());
    const leaves = this.#errand !== undefined || !head.paused;
    if (this.#errand?.left === 0 && !head.sent) this.#leaveErrand(head);
    else if (head.over && leaves && !this.#ended) await this.#advance(head);
    else if (wait > 0) await this.#idle(wait);
    else await this.#give(head);
  }

  async #give(head: Playhead): Promise<void> {
    const { tick, drafts } = head.take(this.#clock.now());
    for (const draft of drafts) {
      this.#seq += 1;
      if (!this.#client.wants(draft.type)) continue;
      this.#client.sendEvent(encodeEvent(placeEvent(draft, this.#epoch, this.#seq)));
    }
    if (tick === head.score.ticks - 1) this.#tellWhere();
    this.#given += 1;
    if (this.#given % MOMENTS_A_TURN === 0) await this.#clock.turn();
  }

  async #idle(wait: number): Promise<void> {
    let cancel: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (wait !== Infinity) cancel = this.#clock.after(Math.min(wait, LONGEST_WAIT_MS), resolve);
    });
    cancel();
    this.#wake = () => undefined;
  }

  /** The game is over: the next one follows, with its countdown. */
  async #advance({ speed, paused }: Playhead): Promise<void> {
    const found = await this.#neighbour(1);
    if (found === undefined) {
      this.#end();
      return;
    }
    const head = new Playhead(found.score, 'countdown', { speed, paused, now: this.#clock.now() });
    this.#begin(found, head);
    if (this.#errand !== undefined) this.#errand.left = head.step(this.#errand.left);
  }

  /** To the next game or the one before, at once. Before the first there is none: it begins again. */
  async #turnTo(direction: 1 | -1, ref: string | undefined): Promise<void> {
    const head = this.#head;
    if (head === undefined) return;
    const { speed, paused } = head;
    const here = { score: head.score, index: this.#index };
    const found = (await this.#neighbour(direction)) ?? (direction === -1 ? here : undefined);
    const now = this.#clock.now();
    if (found !== undefined) {
      const turned = new Playhead(found.score, 'start', { speed, paused, now });
      turned.seek(0);
      this.#begin(found, turned, ref);
      return;
    }
    head.setPaused(true, now);
    this.#end(ref);
  }

  async #neighbour(direction: 1 | -1): Promise<Found | undefined> {
    return this.#playlist && this.#load(this.#playlist, this.#index + direction, direction);
  }

  /** The game at an index, or the nearest beyond it that can be read. */
  async #load(playlist: Playlist, from: number, direction: 1 | -1): Promise<Found | undefined> {
    for (let index = from; index >= 0; index += direction) {
      const game = await playlist.at(index);
      if (game === undefined) return undefined;
      const score = await this.#library.score(game);
      if (score !== undefined) return { score, index };
    }
    return undefined;
  }

  #begin({ index }: Found, head: Playhead, ref?: string): void {
    this.#ended = false;
    this.#index = index;
    this.#head = head;
    this.#tellWhere(ref);
  }

  #end(ref = this.#errand?.ref): void {
    this.#ended = true;
    this.#errand = undefined;
    this.#tellWhere(ref);
  }

  /** It has arrived, or is told to do something else. */
  #leaveErrand(head: Playhead): void {
    head.stay();
    this.#ended = false;
    if (this.#errand === undefined) return;
    const { ref } = this.#errand;
    this.#errand = undefined;
    this.#tellWhere(ref);
  }

  #tellWhere(ref?: string): void {
    this.#reply(this.where(), ref);
  }

  #refuse(
    { action, ref }: ReplayCommand,
    code: 'no_replay' | 'not_paused' | 'no_such_game',
    message: string,
  ): void {
    this.#reply(refusal(code, message, action), ref);
  }

  #reply(reply: Reply, ref: string | undefined): void {
    if (this.#isOver) return;
    this.#client.reply(ref === undefined ? reply : { ...reply, ref });
  }
}

interface Found {
  score: Score;
  index: number;
}
