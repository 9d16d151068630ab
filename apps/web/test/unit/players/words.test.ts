import { describe, expect, it } from 'vitest';
import { readSession } from '../../../src/players/opened.js';
import { sessionsPath } from '../../../src/players/sessions.js';
import { amountOf, endWords, gainOf, lasting, money, signed } from '../../../src/players/words.js';
import { sessionOf } from './session.js';

describe('money', () => {
  it('has four decimals, and a dash where it is not known', () => {
    expect(['0.9604', '0', '12', null].map(money)).toEqual(['0.9604', '0.0000', '12.0000', '–']);
  });

  it('that was gained or lost has its sign and a class', () => {
    expect(['0.01', '-0.0396', '0', null].map(signed)).toEqual(['+0.0100', '−0.0396', '0.0000', '–']);
    expect(['0.01', '-0.0396', '0', null].map(gainOf)).toEqual(['gain', 'loss', '', '']);
  });

  it('of an action has its coin', () => {
    expect(amountOf({ amount: '0.05', coin: null })).toBe('0.05 SOL');
    expect(amountOf({ amount: '100', coin: '0xPractice' })).toBe('100 practice');
  });
});

it('says how long a session lasted and how it ended', () => {
  expect([45_000, 720_000, 5_520_000].map(lasting)).toEqual(['45 s', '12 min', '1 h 32 min']);
  expect(endWords({ session_end: null, end_reason: null })).toBe('Still open');
  expect(endWords({ session_end: '2025-12-07T16:02:00.000Z', end_reason: 'gap' })).toBe('Events were lost');
});

describe('a file from the disk', () => {
  it('is a session as the recorder wrote it', () => {
    const session = sessionOf([]);
    expect(readSession(JSON.stringify(session), 'a.json')).toEqual(session);
  });

  it('is refused with its name and with what is wrong', () => {
    expect(() => readSession('{', 'a.json')).toThrow('a.json is no JSON');
    expect(() => readSession('[]', 'a.json')).toThrow('a.json is no recorded session');
    const { meta, summary } = sessionOf([]);
    const bad = JSON.stringify({ meta, summary: { ...summary, realized_pnl: 'much' }, actions: [] });
    expect(() => readSession(bad, 'a.json')).toThrow('summary.realized_pnl: expected a decimal number');
  });
});

it('asks the gateway for whole local days', () => {
  expect(sessionsPath(new URLSearchParams())).toBe('/api/account/sessions');
  const asked = new URL(
    sessionsPath(new URLSearchParams('from=2025-12-07&to=2025-12-07&cursor=x')),
    'http://g',
  );
  const [from, to] = ['from', 'to'].map((name) => new Date(asked.searchParams.get(name) ?? ''));
  expect([from?.getHours(), from?.getDate(), to?.getHours(), to?.getDate()]).toEqual([0, 7, 23, 7]);
  expect(asked.searchParams.get('cursor')).toBe('x');
  expect(sessionsPath(new URLSearchParams('from=nonsense'))).toBe('/api/account/sessions');
});
