import { describe, expect, it } from 'vitest';
import {
  choosesByOutcome,
  hasFilters,
  newestFirst,
  orderOf,
  problemsOf,
  searchOf,
  sortedBy,
  withFilters,
  withoutFilters,
} from '../../../src/games/search.js';

const search = (text: string): URLSearchParams => searchOf(new URLSearchParams(text));

describe('the search in the address', () => {
  it('is the same whatever the order of its parameters, and has no others', () => {
    expect(search('order=asc&minPeak=2&utm=x&from=2025-12-07').toString()).toBe(
      'from=2025-12-07&minPeak=2&order=asc',
    );
  });

  it('has no empty values, and keeps bad ones for the gateway to name', () => {
    expect(search('from=&to=+&minPeak=abc').toString()).toBe('minPeak=abc');
  });

  it('changes with the filters, and drops those that are emptied', () => {
    const changed = withFilters(search('minPeak=2&sort=peak'), { minPeak: '', complete: 'true' });
    expect(changed.toString()).toBe('complete=true&sort=peak');
  });

  it('keeps the order when the filters are cleared', () => {
    expect(hasFilters(search('minPeak=2&sort=peak'))).toBe(true);
    const cleared = withoutFilters(search('minPeak=2&verified=true&sort=peak'));
    expect(cleared.toString()).toBe('sort=peak');
    expect(hasFilters(cleared)).toBe(false);
  });

  it('tells whether games are chosen by how they went', () => {
    expect(['minPeak=2', 'maxTicks=9'].map((text) => choosesByOutcome(search(text)))).toEqual([true, true]);
    expect(choosesByOutcome(search('from=2025-12-07&verified=true&complete=true'))).toBe(false);
  });
});

describe('the order', () => {
  it('is the newest first unless told otherwise', () => {
    expect(orderOf(search(''))).toEqual({ sort: 'start', order: 'desc' });
    expect(newestFirst(search('minPeak=2&sort=peak&order=asc')).toString()).toBe('minPeak=2');
  });

  it('follows the headers: highest first, and the other way around at a second click', () => {
    const once = sortedBy(search('minPeak=2'), 'peak');
    expect(once.toString()).toBe('minPeak=2&sort=peak');
    const twice = sortedBy(once, 'peak');
    expect(twice.toString()).toBe('minPeak=2&sort=peak&order=asc');
    expect(sortedBy(twice, 'peak').toString()).toBe('minPeak=2&sort=peak');
    expect(sortedBy(twice, 'start').toString()).toBe('minPeak=2');
    expect(sortedBy(search(''), 'start').toString()).toBe('order=asc');
  });
});

describe('what the gateway refuses', () => {
  it('is told by parameter', () => {
    const message =
      'from="x": expected an ISO 8601 date or time, as in 2025-12-07; minPeak="a\\"; b": expected a multiplier';
    expect([...problemsOf(message)]).toEqual([
      ['from', 'expected an ISO 8601 date or time, as in 2025-12-07'],
      ['minPeak', 'expected a multiplier'],
    ]);
  });

  it('is told of the first of two that contradict each other', () => {
    expect([...problemsOf('minPeak: expected no more than maxPeak, which leaves no game')]).toEqual([
      ['minPeak', 'expected no more than maxPeak, which leaves no game'],
    ]);
  });

  it('is told as a whole where it is about no parameter', () => {
    expect([...problemsOf('too many requests; try later')]).toEqual([['', 'too many requests; try later']]);
    expect([...problemsOf('')]).toEqual([]);
  });
});
