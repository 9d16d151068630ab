import { strategy } from '@vectra/protocol';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/paper/presets.js';
import {
  check,
  fieldsOf,
  formOf,
  idFrom,
  parseStrategy,
  withKind,
  written,
  type Form,
} from '../../src/paper/strategyForm.js';

const LADDER: Form = {
  kind: 'sidebets',
  staking: 'list',
  values: {
    name: 'late',
    initial_balance: '1',
    entry_tick: '200',
    num_bets: '2',
    spacing: '',
    bet_sizes: '0.01, 0.02',
  },
};
const change = (values: Record<string, string>, form = LADDER): Form => ({
  ...form,
  values: { ...form.values, ...values },
});

describe('the form of a strategy', () => {
  it('gives what the JSON of it has, without fields that are empty', () => {
    expect(written(LADDER)).toEqual({
      ...{
        kind: 'sidebets',
        name: 'late',
        initial_balance: 1,
        entry_tick: 200,
        num_bets: 2,
        bet_sizes: [0.01, 0.02],
      },
    });
    const share: Form = { ...change({ 'sizing.of': '0.02' }), staking: 'fraction' };
    expect(written(share)).toMatchObject({ sizing: { by: 'fraction', of: 0.02 } });
    expect(written(share)).not.toHaveProperty('bet_sizes');
  });

  it('has presets that all fit', () => {
    for (const { title, form } of PRESETS) expect([title, ...check(form).problems]).toEqual([title]);
  });

  it.each([
    [{ entry_tick: '-1' }, 'entry_tick', 'expected a whole tick from 0 to 5,000, was "-1"'],
    [{ entry_tick: 'soon' }, 'entry_tick', 'expected a whole tick from 0 to 5,000, was "soon"'],
    [{ num_bets: '' }, 'num_bets', 'expected 1 to 125 bets, was nothing'],
    [{ spacing: '39' }, 'spacing', 'expected 40 to 5,000 whole ticks, was "39"'],
    [
      { bet_sizes: '0.01, 9' },
      'bet_sizes',
      /^expected 1 to 125 sizes, each 0.001 to 5 SOL .*, was "0.01, 9"$/,
    ],
    [{ initial_balance: '0' }, 'initial_balance', /^expected more than 0 SOL/],
    [{ name: ' ' }, 'name', /was nothing$/],
  ])('says at its field what is wrong with %j', (values, field, message) => {
    const { strategy: made, problems } = check(change(values));
    expect(made).toBeUndefined();
    expect([...problems.keys()]).toEqual([field]);
    expect(problems.get(field)).toMatch(message);
  });

  it('says all that is wrong at once, also what the schema sees only when all else fits', () => {
    expect([...check(change({ name: '', bet_sizes: '', num_bets: '0' })).problems.keys()].sort()).toEqual([
      ...['bet_sizes', 'name', 'num_bets'],
    ]);
  });

  it('reads parameters of a plug-in, a line each', () => {
    const plugin: Form = {
      kind: 'plugin',
      staking: 'fixed',
      values: {
        name: 'dip',
        initial_balance: '1',
        module: 'dip',
        params: 'fall = 0.5\nloud = true\nword = abc',
      },
    };
    expect(check(plugin).strategy).toMatchObject({ params: { fall: 0.5, loud: true, word: 'abc' } });
    expect(check(change({ params: 'fall' }, plugin)).problems.get('params')).toMatch(
      /name = value, was "fall"/,
    );
  });

  it('takes a strategy, and gives it back', () => {
    for (const { form } of PRESETS) {
      const made = check(form).strategy;
      expect(made).toBeDefined();
      if (made !== undefined) expect(check(formOf(made)).strategy).toEqual(made);
    }
  });

  it('keeps what two kinds have in common', () => {
    const position = withKind(LADDER, 'position');
    expect(position.staking).toBe('fixed');
    expect(fieldsOf(position).map(({ path }) => path)).toContain('take_profit');
    expect(written(position)).toMatchObject({ kind: 'position', name: 'late', entry_tick: 200 });
  });
});

describe('a strategy that is pasted', () => {
  it('is read as the schema reads it', () => {
    const text = '{"name":"late","initial_balance":1,"entry_tick":200,"num_bets":1,"bet_sizes":[0.01]}';
    expect(parseStrategy(text)).toEqual(strategy.parse(JSON.parse(text)));
  });

  it('is refused with what is wrong, and where', () => {
    expect(() => parseStrategy('{"name":')).toThrow(/^expected a strategy as JSON; /);
    expect(() => parseStrategy('[]')).toThrow(/^expected a strategy, as /);
    expect(() => parseStrategy('{"kind":"position","name":"a","initial_balance":1,"entry_tick":0}')).toThrow(
      /sizing/,
    );
  });
});

describe('the id of a session', () => {
  it('comes from its name, and is one that is free', () => {
    expect(idFrom('Ride to 1.5x', [])).toBe('ride-to-1-5x');
    expect(idFrom('Ride', ['ride', 'ride-2'])).toBe('ride-3');
    expect(idFrom('???', [])).toBe('session');
  });
});
