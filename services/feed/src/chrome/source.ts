import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { TargetType, type Browser } from 'puppeteer-core';
import { retryDelay } from '../retry.js';
import type { ConnectionStatus, SourceHandlers, UpstreamSource } from '../source.js';
import { addressOf, browserEndpoint, NoSuchHost } from './address.js';
import { Attachment } from './attachment.js';
import { WallClock } from './clock.js';
import { PageWatch } from './pageWatch.js';
import { redact } from './redact.js';
import { PageSockets, type Reading, type SocketId } from './sockets.js';

/** How often the page is looked at. */
const LOOK_MS = 1_000;
/** How often Chrome is asked whether it is there, and how long any answer of it may take. */
const PING_MS = 10_000;
const ANSWER_MS = 10_000;
/** While the host of Chrome is unknown: somebody may start its container later. */
const ABSENT_MS = 30_000;
/** A page that polls has a request open most of the time. */
const POLLING_ENDS_MS = 60_000;

export interface ChromeSourceOptions extends SourceHandlers {
  /** Where Chrome's DevTools answer: http://host:port. */
  cdpUrl: string;
  /** Names of the hosts whose Socket.IO connections in the page are the game's. */
  hosts: readonly string[];
  /** The page to open when none is there. */
  startUrl: string;
  /** How long a connected page may take to tell who is logged in, ms. */
  loginWaitMs: number;
  /** Where what is done to Chrome is told: never an address beyond its host, nothing of what the page sends. */
  note: (message: string) => void;
  /** First delay before Chrome is tried again, ms. */
  firstDelayMs?: number;
}

/**
 * The logged-in page in Chrome, through its DevTools: what the page's own connection to the game receives. It only listens:
 * the page is opened and loaded again when it must be, and nothing else is done to it. Comes back by itself when Chrome, the page
 * or its connection goes, for as long as it is open.
 */
export class ChromeSource implements UpstreamSource {
  readonly name = 'chrome';
  readonly #options: ChromeSourceOptions;
  readonly #closing = new AbortController();
  readonly #watch: PageWatch;
  #sockets: PageSockets;
  #attachment: Attachment | undefined;
  #clock = new WallClock();
  /** Attempts since Chrome was last there; 0 before the first. */
  #attempt = 0;
  #absent = false;
  #reconnects = 0;
  #wasConnected = false;
  #lastEventAt: number | null = null;
  #polling: { since: number; last: number } | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ChromeSourceOptions) {
    this.#options = options;
    this.#watch = new PageWatch(options);
    this.#sockets = new PageSockets(options.hosts);
  }

  /** Whether the page is connected to the game, and read. */
  get connected(): boolean {
    return this.#sockets.connected;
  }

  /** Whether Chrome's host is known. */
  get present(): boolean {
    return !this.#absent;
  }

  get loggedIn(): boolean {
    return this.#sockets.loggedIn;
  }

  /** How often the page's connection came back. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Unix ms; null before the first event. */
  get lastEventAt(): number | null {
    return this.#lastEventAt;
  }

  get sessions(): number {
    return this.#attachment?.size ?? 0;
  }

  /** Sockets of the browser that are known, whomever they speak to. */
  get sockets(): number {
    return this.#sockets.size;
  }

  open(): void {
    this.#running = this.#run();
  }

  /** Leaves Chrome as it is. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const delay = await this.#follow().then(
        (reason) => this.#lost(reason),
        (error: unknown) => this.#failed(error),
      );
      await sleep(delay, undefined, { signal }).catch(() => undefined); // closed meanwhile
    }
  }

  /** Follows one Chrome to its end. Resolves with the reason. */
  async #follow(): Promise<string> {
    const origin = await addressOf(this.#options.cdpUrl);
    if (this.#attempt === 0) this.#tell({ status: 'connecting', reason: null });
    const browser = await this.#connect(origin);
    try {
      await this.#attach(browser);
      return await this.#untilGone(browser);
    } finally {
      this.#sockets = new PageSockets(this.#options.hosts);
      this.#attachment = undefined;
      this.#polling = null;
      await browser.disconnect();
    }
  }

  async #connect(origin: string): Promise<Browser> {
    const late = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_MS)]);
    const connecting = puppeteer.connect({
      browserWSEndpoint: await browserEndpoint(origin, late),
      defaultViewport: null,
      protocolTimeout: ANSWER_MS,
      // It keeps away from the pages: the one attachment to them is ours.
      targetFilter: (target) => target.type() === TargetType.BROWSER,
      networkEnabled: false,
      issuesEnabled: false,
    });
    try {
      return await Promise.race([connecting, aborted(late)]);
    } catch (error) {
      // It may still come, and then nobody wants it.
      connecting.then(
        (browser) => browser.disconnect(),
        () => undefined,
      );
      throw error;
    }
  }

  async #attach(browser: Browser): Promise<void> {
    const session = await browser.target().createCDPSession();
    this.#clock = new WallClock();
    this.#watch.restart(Date.now());
    this.#attachment = new Attachment(session, {
      opened: (id, url) => this.#sockets.opened(id, url, Date.now()),
      closed: (id) => {
        this.#sockets.closed(id);
        this.#look();
      },
      received: (id, text, monotonic) => this.#received(id, text, monotonic),
      requested: (url) => this.#requested(url),
      documentChanged: (session) => {
        this.#sockets.documentChanged(session);
        this.#look();
      },
      sessionEnded: (ended) => {
        this.#sockets.sessionEnded(ended);
        this.#look();
      },
    });
    await this.#attachment.begin();
    this.#attempt = 1;
    this.#absent = false;
  }

  async #untilGone(browser: Browser): Promise<string> {
    const { signal } = this.#closing;
    const gone = new AbortController();
    browser.once('disconnected', () => gone.abort());
    const over = AbortSignal.any([signal, gone.signal]);
    if (!browser.connected) gone.abort();
    let asked = Date.now();
    while (await sleep(LOOK_MS, true, { signal: over }).catch(() => false)) {
      this.#look();
      if (Date.now() - asked < PING_MS) continue;
      await browser.version();
      asked = Date.now();
    }
    return 'the connection to Chrome ended';
  }

  /** @returns how long to wait before Chrome is tried again, ms. */
  #lost(reason: string): number {
    if (this.#wasConnected) this.#tell({ status: 'disconnected', reason });
    this.#wasConnected = false;
    return retryDelay(this.#attempt, this.#options.firstDelayMs);
  }

  #failed(error: unknown): number {
    if (error instanceof NoSuchHost) {
      if (!this.#absent) this.#options.note(`${error.message}: without Chrome until it is`);
      this.#absent = true;
      this.#lost(error.message);
      return ABSENT_MS;
    }
    this.#absent = false;
    const reason = reasonOf(error);
    if (this.#wasConnected) this.#lost(reason);
    this.#attempt++;
    // Every failed attempt of a long outage would drown what matters: 1, 2, 4, 8, ... are told.
    if ((this.#attempt & (this.#attempt - 1)) === 0) this.#tell({ status: 'reconnecting', reason });
    return retryDelay(this.#attempt, this.#options.firstDelayMs);
  }

  #received(id: SocketId, text: string, monotonic: number): void {
    const { reading, late } = this.#sockets.received(id, text, Date.now());
    if (late === true) this.#attend('its connection is older than this one to Chrome', id.session);
    if (this.#sockets.connected !== this.#wasConnected || reading !== undefined) this.#look();
    if (reading !== undefined) this.#give(reading, monotonic);
  }

  #give({ name, args }: Reading, monotonic: number): void {
    const receivedAt = this.#clock.at(monotonic, Date.now());
    this.#lastEventAt = receivedAt;
    const safe = name === 'gameStateUpdate' ? args : args.map((arg) => redact(arg));
    this.#options.onEvent({ name, args: safe, receivedAt, via: this.name });
  }

  #requested(url: string): void {
    if (!url.includes('transport=polling') || !this.#sockets.isGame(url)) return;
    const now = Date.now();
    this.#polling = { since: this.#polling?.since ?? now, last: now };
  }

  #look(): void {
    const now = Date.now();
    this.#sockets.expire(now);
    const { connected, loggedIn } = this.#sockets;
    if (connected && !this.#wasConnected && this.#lastEventAt !== null) this.#reconnects++;
    this.#wasConnected = connected;
    if (connected || (this.#polling !== null && now - this.#polling.last > POLLING_ENDS_MS)) {
      this.#polling = null;
    }
    const pollingSince = this.#polling?.since ?? null;
    const { status, reload } = this.#watch.look({ connected, loggedIn, pollingSince, now });
    if (status !== undefined) this.#tell(status);
    if (reload) this.#attend(connected ? 'it is not logged in' : 'it has no connection to the game');
  }

  /** Opens the page, or loads it again. What fails comes up again. */
  #attend(reason: string, session?: string): void {
    const attachment = this.#attachment;
    if (attachment === undefined) return;
    this.#openOrReload(attachment, reason, session).catch((error: unknown) => {
      this.#options.note(`Chrome could not load the page: ${reasonOf(error)}`);
    });
  }

  async #openOrReload(attachment: Attachment, reason: string, session?: string): Promise<void> {
    const { startUrl, note } = this.#options;
    const owner = session === undefined ? undefined : attachment.pageOf(session);
    const page = owner ?? (await attachment.pages()).find(({ url }) => sameHost(url, startUrl));
    if (page === undefined) {
      note(`opens the page in Chrome, since ${reason}`);
      await attachment.open(startUrl);
    } else {
      note(`loads the page in Chrome again, since ${reason}`);
      await attachment.reload(page);
    }
  }

  #tell({ status, reason }: Omit<ConnectionStatus, 'attempt'>): void {
    if (this.#closing.signal.aborted) return;
    const attempt = status === 'connected' || status === 'degraded' ? 0 : Math.max(1, this.#attempt);
    this.#options.onStatus({ status, attempt, reason, receivedAt: Date.now(), via: this.name });
  }
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(new Error('Chrome did not answer in time', { cause: signal.reason }));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

function sameHost(url: string, other: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === new URL(other).hostname;
}

/** In words, and without an address: one of Chrome's names its browser's secret id. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${message}${cause}`.replaceAll(/\b(wss?|https?):\/\/\S+/g, (url) => hostIn(url));
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address';
}
