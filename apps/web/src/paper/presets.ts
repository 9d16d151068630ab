import type { Form } from './strategyForm.js';

/** A strategy to begin from. */
export interface Preset {
  title: string;
  about: string;
  form: Form;
}

export const PRESETS: readonly Preset[] = [
  {
    title: 'Late sidebets',
    about: 'Four sidebets from tick 200, each twice the one before',
    form: {
      kind: 'sidebets',
      staking: 'list',
      values: {
        ...{ name: 'Late sidebets', initial_balance: '1', entry_tick: '200', num_bets: '4', spacing: '45' },
        bet_sizes: '0.01, 0.02, 0.04, 0.08',
      },
    },
  },
  {
    title: 'Presale sidebet',
    about: 'One small sidebet on a rug in the first ten seconds',
    form: {
      kind: 'sidebets',
      staking: 'fixed',
      values: {
        name: 'Presale sidebet',
        initial_balance: '1',
        entry_tick: '0',
        num_bets: '1',
        'sizing.amount': '0.01',
      },
    },
  },
  {
    title: 'Ride to 1.5x',
    about: 'Buys at tick 5, sells at 1.5x or 20 % below the highest',
    form: {
      kind: 'position',
      staking: 'fixed',
      values: {
        ...{ name: 'Ride to 1.5x', initial_balance: '1', entry_tick: '5', 'sizing.amount': '0.05' },
        ...{ take_profit: '1.5', trailing_stop: '0.2' },
      },
    },
  },
  {
    title: 'Quick scalp',
    about: '2 % of the cash in the presale, out at 1.1x or tick 40',
    form: {
      kind: 'position',
      staking: 'fraction',
      values: {
        ...{ name: 'Quick scalp', initial_balance: '1', entry_tick: '0', 'sizing.of': '0.02' },
        ...{ take_profit: '1.1', exit_tick: '40' },
      },
    },
  },
  {
    title: 'Manual trading (observer)',
    about: 'You buy, sell and bet; nothing is ordered by itself',
    form: { kind: 'observer', staking: 'fixed', values: { name: 'Manual trading', initial_balance: '1' } },
  },
  {
    title: 'Plug-in',
    about: 'A strategy of your own from the folder plugins',
    form: {
      kind: 'plugin',
      staking: 'fixed',
      values: { name: 'Trailing', initial_balance: '1', module: 'trailing' },
    },
  },
];
