import type { CDPSession } from 'puppeteer-core';
import type { SocketId } from './sockets.js';

/** What a browser target is: a page, a frame or a worker. */
interface Target {
  session: CDPSession;
  targetId: string;
  type: string;
  /** The session it was found through: a page's frames and workers are found through the page. */
  parent: string;
}

/** A page that is open in the browser. */
export interface OpenPage {
  targetId: string;
  url: string;
}

export interface AttachmentHandlers {
  opened: (id: SocketId, url: string) => void;
  closed: (id: SocketId) => void;
  /** A text frame that was received; `monotonic` in seconds. Frames that the page sends are never read. */
  received: (id: SocketId, text: string, monotonic: number) => void;
  /** Address of a request that is about to be sent. */
  requested: (url: string) => void;
  /** Another document takes the place of what was there, as after a reload. Chrome does not say that the sockets are closed. */
  documentChanged: (session: string) => void;
  /** The page, frame or worker is gone. */
  sessionEnded: (session: string) => void;
}

const TEXT_FRAME = 1;

/**
 * Every page, frame and worker of the browser, from its beginning: each new one waits until its network events are on, and
 * so no socket is missed. `browser` and `tab` targets can't be attached to; a service worker could never end again.
 */
const AUTO_ATTACH = {
  autoAttach: true,
  flatten: true,
  waitForDebuggerOnStart: true,
  filter: [
    { type: 'browser', exclude: true },
    { type: 'tab', exclude: true },
    { type: 'service_worker', exclude: true },
    {},
  ],
};

/** Nothing of what the browser loads or sends is kept for us. */
const NETWORK = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };

/** The sockets of all that runs in one browser, over one DevTools connection. Ends with the connection. */
export class Attachment {
  readonly #browser: CDPSession;
  readonly #handlers: AttachmentHandlers;
  readonly #targets = new Map<string, Target>();

  /** @param browser a session with the browser itself. */
  constructor(browser: CDPSession, handlers: AttachmentHandlers) {
    this.#browser = browser;
    this.#handlers = handlers;
  }

  /** Sessions with pages, frames and workers. */
  get size(): number {
    return this.#targets.size;
  }

  /** @throws Error when the browser does not allow it. */
  async begin(): Promise<void> {
    this.#follow(this.#browser);
    await this.#browser.send('Target.setAutoAttach', AUTO_ATTACH);
  }

  async pages(): Promise<OpenPage[]> {
    const { targetInfos } = await this.#browser.send('Target.getTargets');
    return targetInfos.flatMap(({ type, targetId, url }) => (type === 'page' ? [{ targetId, url }] : []));
  }

  async open(url: string): Promise<void> {
    await this.#browser.send('Target.createTarget', { url });
  }

  async reload({ targetId }: Pick<OpenPage, 'targetId'>): Promise<void> {
    const page = [...this.#targets.values()].find((target) => target.targetId === targetId);
    await page?.session.send('Page.reload', {});
  }

  /** The page that a session belongs to; undefined for a shared worker, which belongs to none. */
  pageOf(session: string): Pick<OpenPage, 'targetId'> | undefined {
    const target = this.#targets.get(session);
    if (target === undefined || target.type === 'page') return target;
    return this.pageOf(target.parent);
  }

  #follow(parent: CDPSession): void {
    parent.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const session = parent.connection()?.session(sessionId);
      if (session == null) return; // gone already
      const { targetId, type } = targetInfo;
      this.#targets.set(sessionId, { session, targetId, type, parent: parent.id() });
      this.#listen(session, targetId);
      this.#follow(session);
      // In one go and in this order: it runs on when all is set. A kind of target that knows one of these not says so,
      // and one may be gone meanwhile.
      const begun = [
        session.send('Network.enable', NETWORK),
        session.send('Target.setAutoAttach', AUTO_ATTACH),
        session.send('Runtime.runIfWaitingForDebugger'),
      ];
      void Promise.allSettled(begun);
    });
    parent.on('Target.detachedFromTarget', ({ sessionId }) => {
      this.#targets.delete(sessionId);
      this.#handlers.sessionEnded(sessionId);
    });
  }

  /** Of what was sent there is no handler: it is dropped unread. */
  #listen(session: CDPSession, targetId: string): void {
    const { opened, closed, received, requested, documentChanged } = this.#handlers;
    const idOf = (request: string): SocketId => ({ session: session.id(), request });
    session.on('Network.webSocketCreated', ({ requestId, url }) => opened(idOf(requestId), url));
    session.on('Network.webSocketClosed', ({ requestId }) => closed(idOf(requestId)));
    session.on('Network.webSocketFrameReceived', ({ requestId, timestamp, response }) => {
      if (response.opcode === TEXT_FRAME) received(idOf(requestId), response.payloadData, timestamp);
    });
    let loading: string | undefined;
    session.on('Network.requestWillBeSent', ({ requestId, type, frameId, request }) => {
      // A page's or frame's own document: its main frame has the id of the target.
      if (type === 'Document' && frameId === targetId) loading = requestId;
      requested(request.url);
    });
    const loaded = ({ requestId }: { requestId: string }): void => {
      if (requestId !== loading) return;
      loading = undefined;
      documentChanged(session.id());
    };
    session.on('Network.responseReceived', loaded);
    session.on('Network.loadingFailed', loaded);
  }
}
