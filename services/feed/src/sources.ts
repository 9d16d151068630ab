import { Choice, type Switch } from './choice.js';
import { Held, type Heard } from './held.js';
import type { SourceHandlers, StatusChange, UpstreamSource } from './source.js';
import type { SourceName, UpstreamEvent } from './wire.js';

/** What only the logged-in page is told. It is taken from there whichever connection is followed. */
const AUTHENTICATED: ReadonlySet<string> = new Set([
  'usernameStatus',
  'playerUpdate',
  'gameStatePlayerUpdate',
  'currentSidebet',
  'currentSidebetResult',
  'playerLeaderboardPosition',
  'leaderboardData',
  'chatHistory',
  'inboxMessages',
  'mutedPlayers',
  'playerCosmetics',
  'rugpassStatus',
  'rugpoolStatus',
  'rugpoolDrawing',
  'rugPassQuestCompleted',
  'ack',
]);

/** `followed`: of the connection that is followed. `own`: such as only this connection gives. `spare`: neither. */
export type Use = 'followed' | 'own' | 'spare';

export type MakeSource = (handlers: SourceHandlers) => UpstreamSource;

export interface SourcesHandlers {
  onEvent: (event: UpstreamEvent, use: Use) => void;
  /** `blind`: no connection to the game is left. */
  onStatus: (change: StatusChange, blind: boolean) => void;
  /** From now on another connection is followed. `heard`: what came through it in the last minute and was not taken. */
  onSwitch: (change: Switch, heard: readonly UpstreamEvent[]) => void;
}

/**
 * One or more connections to the same game, of which one is followed. What each heard in the last minute is held, so that
 * no switch between them, and no takeover, loses anything.
 */
export class Sources {
  readonly all: readonly UpstreamSource[];
  readonly #held = new Map<SourceName, Held>();
  readonly #states = new Map<SourceName, StatusChange>();
  readonly #handlers: SourcesHandlers;
  readonly #choice: Choice;
  /** While true, nothing that is held expires. */
  keepAll = false;

  /** @param make the preferred one first. */
  constructor(make: readonly [MakeSource, ...MakeSource[]], handlers: SourcesHandlers) {
    this.#handlers = handlers;
    const own: SourceHandlers = {
      onEvent: (event) => this.#receive(event),
      onStatus: (change) => this.#change(change),
    };
    const [first, ...others] = make;
    const preferred = first(own);
    const spare = others.map((one) => one(own));
    this.all = [preferred, ...spare];
    this.#choice = new Choice([preferred.name, ...spare.map(({ name }) => name)], Date.now());
    for (const { name } of this.all) this.#held.set(name, new Held());
  }

  /** The one that is followed. */
  get active(): SourceName {
    return this.#choice.active;
  }

  /** The one that is followed while it is well. */
  get preferred(): SourceName {
    return this.all[0]?.name ?? 'public';
  }

  get connected(): boolean {
    return this.all.some(({ connected }) => connected);
  }

  /** How much is held. */
  get heldEvents(): number {
    return [...this.#held.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** What came in the last minute, by connection: the one that is followed comes last. */
  heard(): Heard[][] {
    const spare = this.all.filter(({ name }) => name !== this.active);
    return [...spare.map(({ name }) => name), this.active].map((name) => [...this.#of(name)]);
  }

  /** How each connection is now, as far as it was told. */
  get states(): StatusChange[] {
    return [...this.#states.values()];
  }

  /** How the one that is followed is now; undefined before anything was told of it. */
  get state(): StatusChange | undefined {
    return this.#states.get(this.active);
  }

  /** All that was told of the connections in the last minute, oldest first. */
  get changes(): StatusChange[] {
    const changes = this.heard().flatMap((heard) => heard.filter((one) => 'status' in one));
    return changes.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  open(): void {
    for (const source of this.all) source.open();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((source) => source.close()));
  }

  #receive(event: UpstreamEvent): void {
    const { name, receivedAt, via = 'public' } = event;
    const change = name === 'gameStateUpdate' ? this.#choice.heard(via, receivedAt) : undefined;
    if (change !== undefined) this.#switch(change);
    this.#hold(via, event);
    this.#handlers.onEvent(event, isOwn(event) ? 'own' : via === this.active ? 'followed' : 'spare');
  }

  #change(change: StatusChange): void {
    const { status, receivedAt, via = 'public' } = change;
    this.#hold(via, change);
    this.#states.set(via, change);
    const connected = this.all.some((source) => source.name === via && source.connected);
    const beginning = status === 'connecting';
    const switched = beginning ? undefined : this.#choice.connection(via, connected, receivedAt);
    this.#handlers.onStatus(
      change,
      status === 'disconnected' && via === this.active && switched === undefined,
    );
    if (switched !== undefined) this.#switch(switched);
  }

  #switch(change: Switch): void {
    const events = this.#of(change.to).filter((heard) => 'name' in heard);
    this.#handlers.onSwitch(
      change,
      events.filter((event) => !isOwn(event)),
    );
  }

  #hold(name: SourceName, heard: Heard): void {
    const held = this.#held.get(name);
    held?.push(heard);
    if (!this.keepAll) held?.expire(heard.receivedAt);
  }

  #of(name: SourceName): readonly Heard[] {
    return this.#held.get(name)?.heard ?? [];
  }
}

/**
 * Whether an event of the page is taken even while another connection is followed: what only the page is told, and trades, of which
 * everybody else is told a sample. A trade has an id, so that none is taken twice.
 */
export function isOwn({ name, via }: UpstreamEvent): boolean {
  return via === 'chrome' && (AUTHENTICATED.has(name) || name === 'standard/newTrade');
}
