import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLock, parseLock, type Machine, type ProcessFacts } from '../../src/lock.js';

const TAKEN = Date.UTC(2026, 0, 31, 12);
const lock = (host: string) => ({ host, pid: 41, takenAt: TAKEN });
const machine = (facts: Partial<Machine> = {}): Machine => ({
  host: 'here',
  holder: undefined,
  profileInUse: false,
  ...facts,
});
const holder = (facts: Partial<ProcessFacts> = {}): ProcessFacts => ({
  usesProfile: false,
  startedAt: TAKEN - 1_000,
  ...facts,
});

describe('a lock', () => {
  it('names a host, dashes and all, and a pid', () => {
    expect(parseLock('my-lap-top-4711', TAKEN)).toEqual({ host: 'my-lap-top', pid: 4711, takenAt: TAKEN });
  });

  it('of any host and pid is read back', () => {
    const host = fc.stringMatching(/^[a-z0-9.-]{1,40}$/);
    fc.assert(
      fc.property(host, fc.nat(), (name, pid) => {
        expect(parseLock(`${name}-${pid}`, TAKEN)).toEqual({ host: name, pid, takenAt: TAKEN });
      }),
    );
  });

  it.each(['', 'host', 'host-', '-12', 'host-12x'])('%j is none', (target) => {
    expect(parseLock(target, TAKEN)).toBeUndefined();
  });
});

describe('a profile', () => {
  it('without a lock is free', () => {
    expect(judgeLock(undefined, machine())).toBe('free');
  });

  it('locked by another host was left behind when no process here uses it', () => {
    expect(judgeLock(lock('gone'), machine())).toBe('stale');
    // A process with that number has nothing to do with it.
    expect(judgeLock(lock('gone'), machine({ holder: holder() }))).toBe('stale');
  });

  it('locked by this host was left behind when its process is gone', () => {
    expect(judgeLock(lock('here'), machine())).toBe('stale');
  });

  it('locked by this host is in use while its process lives', () => {
    expect(judgeLock(lock('here'), machine({ holder: holder({ usesProfile: true }) }))).toBe('live');
    expect(judgeLock(lock('here'), machine({ holder: holder() }))).toBe('live');
    expect(judgeLock(lock('here'), machine({ holder: holder({ startedAt: undefined }) }))).toBe('live');
  });

  it('locked by this host was left behind when its pid now belongs to a process that started later', () => {
    const later = holder({ startedAt: TAKEN + 60_000 });
    expect(judgeLock(lock('here'), machine({ holder: later }))).toBe('stale');
    expect(judgeLock(lock('here'), machine({ holder: { ...later, usesProfile: true } }))).toBe('live');
  });

  it('is never taken from a process of this machine that uses it', () => {
    const anyLock = fc.option(fc.constantFrom(lock('here'), lock('gone')), { nil: undefined });
    const anyHolder = fc.option(
      fc.record({
        usesProfile: fc.boolean(),
        startedAt: fc.option(fc.integer({ min: TAKEN - 1e6, max: TAKEN + 1e6 }), { nil: undefined }),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(anyLock, anyHolder, (given, process) => {
        expect(judgeLock(given, machine({ holder: process, profileInUse: true }))).toBe('live');
      }),
    );
  });
});
