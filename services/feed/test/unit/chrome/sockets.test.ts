import { describe, expect, it } from 'vitest';
import { PageSockets } from '../../../src/chrome/sockets.js';

const STARTED = 1_767_225_600_000;
const GAME = 'wss://backend.rugs.fun/socket.io/?frontend-version=1.0&EIO=4&transport=websocket';
const id = (request: string, session = 'page') => ({ session, request });
const frame = (name: string, payload: unknown = {}): string => `42${JSON.stringify([name, payload])}`;

function sockets(): PageSockets {
  return new PageSockets(['backend.rugs.fun']);
}

/** Names of the events that are read. */
function namesFrom(from: PageSockets, request: string, ...texts: string[]): string[] {
  return texts.flatMap((text) => from.received(id(request), text, STARTED).reading?.name ?? []);
}

describe("the page's connections", () => {
  it('are read when they are to the game, and connected when Socket.IO is', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    expect(page.connected).toBe(false);
    expect(namesFrom(page, '1', '0{"sid":"a"}', '40{"sid":"b"}', frame('a'), '2', frame('b'))).toEqual([
      'a',
      'b',
    ]);
    expect(page.connected).toBe(true);
    page.closed(id('1'));
    expect(page.connected).toBe(false);
    expect(page.size).toBe(0);
  });

  it('are not read when they are to anyone else', () => {
    const page = sockets();
    const others = [
      'wss://elsewhere.example/socket.io/',
      'wss://backend.rugs.fun.example/socket.io/',
      'wss://backend.rugs.fun/chat',
      'nonsense',
    ];
    for (const [index, url] of others.entries()) {
      page.opened(id(`${index}`), url, STARTED);
      expect(namesFrom(page, `${index}`, '40', frame('gameStateUpdate'))).toEqual([]);
    }
    expect(page.connected).toBe(false);
  });

  it('are told apart: of several, one is read', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    page.opened(id('2'), GAME, STARTED);
    expect(namesFrom(page, '1', '40', frame('a'))).toEqual(['a']);
    expect(namesFrom(page, '2', '40', frame('a'))).toEqual([]);
    page.closed(id('1'));
    expect(page.connected).toBe(true);
    expect(namesFrom(page, '2', frame('b'))).toEqual(['b']);
  });

  it('are told apart even when two pages number them the same', () => {
    const page = sockets();
    page.opened(id('1', 'one'), GAME, STARTED);
    page.opened(id('1', 'two'), 'wss://elsewhere.example/socket.io/', STARTED);
    expect(page.received(id('1', 'one'), frame('a'), STARTED).reading?.name).toBe('a');
    expect(page.received(id('1', 'two'), frame('b'), STARTED).reading).toBeUndefined();
    page.sessionEnded('one');
    expect(page.connected).toBe(false);
    page.sessionEnded('two');
    expect(page.size).toBe(0);
  });

  it('the logged-in one is read rather than an older one, from the event on that tells it', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    page.opened(id('2'), GAME, STARTED);
    expect(namesFrom(page, '1', '40', frame('a'), frame('usernameStatus', { id: null }))).toHaveLength(2);
    expect(page.loggedIn).toBe(false);
    const status = `42["usernameStatus",{"__trace":true},{"id":"did:privy:a","username":"x"}]`;
    expect(namesFrom(page, '2', '40', status, frame('b'))).toEqual(['usernameStatus', 'b']);
    expect(page.loggedIn).toBe(true);
    expect(namesFrom(page, '1', frame('c'))).toEqual([]);
  });

  it('one that was opened before anyone looked is known by what it says, and said to be late once', () => {
    const page = sockets();
    expect(page.received(id('9'), frame('chat'), STARTED)).toEqual({});
    expect(page.received(id('9'), frame('gameStateUpdate'), STARTED)).toMatchObject({ late: true });
    expect(page.received(id('9'), frame('gameStateUpdate'), STARTED).late).toBeUndefined();
    expect(page.connected).toBe(true);
  });

  it('give answers to requests under the name ack, and events of other namespaces not at all', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    expect(page.received(id('1'), '435[{"success":true}]', STARTED).reading).toEqual({
      name: 'ack',
      args: [{ id: 5, args: [{ success: true }] }],
    });
    expect(page.received(id('1'), '42/admin,["a"]', STARTED).reading).toBeUndefined();
  });

  it('of a document that another replaces are not read any more, nor taken for late ones, and forgotten with the next', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    page.received(id('1'), '40', STARTED);
    page.documentChanged('elsewhere');
    expect(page.connected).toBe(true);
    page.documentChanged('page');
    expect(page.connected).toBe(false);
    expect(page.received(id('1'), frame('gameStateUpdate'), STARTED)).toEqual({});
    page.documentChanged('page');
    expect(page.size).toBe(0);
  });

  it('end when nothing has come for longer than between two pings, since Chrome does not always say so', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    page.received(id('1'), '40', STARTED);
    page.received(id('1'), '2', STARTED + 80_000);
    page.expire(STARTED + 170_000);
    expect(page.connected).toBe(true);
    page.expire(STARTED + 170_001);
    expect(page.connected).toBe(false);
    expect(page.size).toBe(0);
  });

  it('end when the server refuses or ends the Socket.IO connection', () => {
    const page = sockets();
    page.opened(id('1'), GAME, STARTED);
    page.received(id('1'), '40', STARTED);
    page.received(id('1'), '41', STARTED);
    expect(page.connected).toBe(false);
  });
});
