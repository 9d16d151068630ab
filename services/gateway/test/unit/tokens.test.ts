import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorize, roleOf } from '../../src/access.js';
import { ROLES, type Role } from '@vectra/protocol';
import { includesRole, newToken, Tokens } from '../../src/tokens.js';

describe('tokens', () => {
  it('have the role of their entry, and no other text has one', () => {
    const made = ROLES.map((role) => ({ role, ...newToken(role) }));
    const tokens = new Tokens(made.map(({ entry }) => entry));
    for (const { role, token } of made) expect(tokens.roleOf(token)).toBe(role);
    fc.assert(fc.property(fc.string(), (text) => tokens.roleOf(text) === undefined));
    for (const { token, entry } of made) {
      expect(tokens.roleOf(token.slice(1))).toBeUndefined();
      expect(tokens.roleOf(entry)).toBeUndefined();
    }
  });

  it('are not contained in their entries, which GATEWAY_TOKENS takes as they are', () => {
    const { token, entry } = newToken('operator');
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(entry).toMatch(/^operator:sha256:[0-9a-f]{64}$/);
    expect(entry).not.toContain(token);
  });

  it('count with the highest role where one is entered twice', () => {
    const { token, entry } = newToken('viewer');
    const tokens = new Tokens([entry, entry.replace('viewer', 'trader')]);
    expect(tokens.roleOf(token)).toBe('trader');
  });

  it('of a role may do what lower roles may', () => {
    const may = (role: Role) => ROLES.filter((needed) => includesRole(role, needed));
    expect(may('viewer')).toEqual(['viewer']);
    expect(may('trader')).toEqual(['viewer', 'trader']);
    expect(may('operator')).toEqual(['viewer', 'trader', 'operator']);
  });
});

describe('a request', () => {
  const { token, entry } = newToken('trader');
  const tokens = new Tokens([entry]);
  const ask =
    (authorization: string | undefined, needed: Role, known = tokens) =>
    () =>
      authorize({ headers: authorization === undefined ? {} : { authorization } }, known, needed);

  it('with a token of the role or a higher one passes', () => {
    expect(ask(`Bearer ${token}`, 'viewer')()).toBe('trader');
    expect(ask(`bearer  ${token} `, 'trader')()).toBe('trader');
  });

  it.each([
    ['without a header', undefined, 401, 'expected a header "Authorization: Bearer <token>"'],
    ['with another scheme', `Basic ${token}`, 401, 'expected "Bearer <token>"'],
    ['with a token nobody entered', 'Bearer abc', 401, 'not one of those in GATEWAY_TOKENS'],
    [
      'with a role that is not enough',
      `Bearer ${token}`,
      403,
      'expected a token of the role operator, was one of trader',
    ],
  ])('%s is refused in words, without a word of the token', (_, authorization, statusCode, message) => {
    const asked = ask(authorization, 'operator');
    expect(asked).toThrow(message);
    expect(asked).toThrow(expect.objectContaining({ statusCode }) as Error);
    expect(asked).not.toThrow(token);
  });

  it('may see everything and trade where no tokens are configured, and control nothing', () => {
    const none = new Tokens([]);
    expect(ask(undefined, 'viewer', none)()).toBe('trader');
    expect(ask(undefined, 'trader', none)()).toBe('trader');
    const asked = ask(`Bearer ${token}`, 'operator', none);
    expect(asked).toThrow(expect.objectContaining({ statusCode: 403 }) as Error);
    expect(asked).toThrow('set GATEWAY_TOKENS');
  });

  it('without a token has no role where tokens are configured, and one with a wrong token is told', () => {
    expect(roleOf({ headers: {} }, tokens)).toBeUndefined();
    expect(roleOf({ headers: { authorization: `Bearer ${token}` } }, tokens)).toBe('trader');
    expect(() => roleOf({ headers: { authorization: 'Bearer abc' } }, tokens)).toThrow('not one of those');
  });
});
