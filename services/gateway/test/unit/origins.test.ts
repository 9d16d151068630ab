import { describe, expect, it } from 'vitest';
import { exposureWarning } from '../../src/exposure.js';
import { Origins } from '../../src/origins.js';

const rules = { origins: ['https://chart.example'], hosts: ['Box.lan'], anyHost: false };
const origins = new Origins(rules);

describe('a page', () => {
  it.each([
    ['of the gateway itself', 'http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['of the gateway behind a proxy with TLS', 'https://box.lan', 'Box.lan', true],
    ['of a site that is listed', 'https://chart.example', '127.0.0.1:8080', true],
    ['of another site', 'https://evil.example', '127.0.0.1:8080', false],
    ['of a listed site without its TLS', 'http://chart.example', '127.0.0.1:8080', false],
    ['of another port of the same machine', 'http://127.0.0.1:3000', '127.0.0.1:8080', false],
    ['in a sandbox, or of a file', 'null', '127.0.0.1:8080', false],
    ['with no origin that one can read', '%%', '127.0.0.1:8080', false],
  ])('%s: may %#', (_, origin, host, allowed) => {
    expect(origins.allows({ origin, host })).toBe(allowed);
  });

  it('is no program: those send no origin', () => {
    expect(origins.allows({ host: '127.0.0.1:8080' })).toBe(true);
  });
});

describe('the gateway goes by', () => {
  it.each([
    '127.0.0.1:8080',
    '127.0.0.1',
    '[::1]:8080',
    '192.168.1.5:80',
    'localhost:8080',
    'LOCALHOST',
    'box.lan',
  ])('%s', (host) => expect(origins.goesBy(host)).toBe(true));

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'box.lan.',
    '[::1',
    'a b',
    ':80',
  ])('but not by %s, which a page could have lead here', (host) => expect(origins.goesBy(host)).toBe(false));

  it('any name where tokens decide', () => {
    expect(new Origins({ ...rules, anyHost: true }).goesBy('evil.example')).toBe(true);
  });
});

describe('the warning of being open', () => {
  const warning = (bound: string, published = '', hasTokens = false) =>
    exposureWarning({ bound, published, hasTokens });

  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('is not given on %s', (bound) => {
    expect(warning(bound)).toBeUndefined();
  });

  it('is not given in a container that is published on loopback, or where tokens decide', () => {
    expect(warning('0.0.0.0', '127.0.0.1')).toBeUndefined();
    expect(warning('0.0.0.0', '', true)).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'box.lan'])('says on %s what is open, and what to do', (bound) => {
    const text = warning(bound) ?? '';
    for (const part of [bound, 'own account', 'trade on paper', 'GATEWAY_TOKENS', 'BIND_ADDRESS=127.0.0.1'])
      expect(text).toContain(part);
    expect(warning('0.0.0.0', bound)).toContain('GATEWAY_ADDRESS=127.0.0.1');
  });
});
