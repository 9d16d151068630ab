import type { Strategy } from '@vectra/protocol';

export type Kind = Strategy['kind'];
/** How the size of an order is told; `list` is the `bet_sizes` of a ladder. */
export const STAKINGS = ['list', 'fixed', 'fraction', 'kelly'] as const;
export type Staking = (typeof STAKINGS)[number];

export const KIND_NAMES: Record<Kind, string> = {
  sidebets: 'Sidebets',
  position: 'Position',
  observer: 'Manual',
  plugin: 'Plug-in',
};

export const KIND_WORDS: Record<Kind, string> = {
  sidebets: 'Bets at set ticks that the rug falls within 40 ticks.',
  position: 'Buys once a game, and sells at the first of its exits; without any it goes down with the rug.',
  observer: 'Orders nothing by itself: you do, by hand.',
  plugin: 'A module from the folder of plug-ins decides.',
};

export const STAKING_NAMES: Record<Staking, string> = {
  list: 'A size for each bet',
  fixed: 'The same each time',
  fraction: 'A share of the cash',
  kelly: 'By Kelly',
};

/** One field of the form. */
export interface Field {
  /** Where it is in a strategy, and its key among the form's values. */
  path: string;
  label: string;
  /** Shown behind the input. */
  unit: string;
  /** What it may be, as in `expected ${range}`. */
  range: string;
  isRequired: boolean;
  /** How it is written, where that is not one number. */
  as?: 'text' | 'list' | 'params';
  /** What it does, where its name does not say it. */
  hint?: string;
}

const ORDER = '0.001 to 5 SOL with at most nine decimals';
const TICK = 'a whole tick from 0 to 5,000';
const MULTIPLE_HINT = 'multiple of the average cost';

const COMMON: readonly Field[] = [
  {
    path: 'name',
    label: 'Name',
    unit: '',
    range: 'a name of 1 to 80 characters',
    isRequired: true,
    as: 'text',
  },
  {
    ...{ path: 'initial_balance', label: 'Balance to begin with', unit: 'SOL' },
    ...{ range: 'more than 0 SOL, with at most nine decimals', isRequired: true },
  },
];

const LADDER: readonly Field[] = [
  {
    ...{ path: 'entry_tick', label: 'First bet at', unit: 'tick', range: TICK, isRequired: true },
    hint: '0: in the presale; 4 ticks are a second',
  },
  { path: 'num_bets', label: 'Bets a game', unit: 'bets', range: '1 to 125 bets', isRequired: true },
  {
    ...{
      path: 'spacing',
      label: 'From bet to bet',
      unit: 'ticks',
      range: '40 to 5,000 whole ticks',
      isRequired: false,
    },
    hint: 'a bet covers 40; 45 unless told',
  },
];

const POSITION: readonly Field[] = [
  {
    ...{ path: 'entry_tick', label: 'Buys at', unit: 'tick', range: TICK, isRequired: true },
    hint: '0: in the presale, at 1.0; 4 ticks are a second',
  },
  {
    ...{
      path: 'entry_below',
      label: 'Only at or below',
      unit: 'x',
      range: 'a price above 0',
      isRequired: false,
    },
    hint: 'any price unless told',
  },
];

const EXITS: readonly Field[] = [
  {
    ...{
      path: 'take_profit',
      label: 'Takes profit at',
      unit: 'x',
      range: 'a multiple above 1',
      isRequired: false,
    },
    hint: `${MULTIPLE_HINT}; never unless told`,
  },
  {
    ...{
      path: 'stop_loss',
      label: 'Stops the loss at',
      unit: 'x',
      range: 'a multiple above 0 and below 1',
      isRequired: false,
    },
    hint: `${MULTIPLE_HINT}; never unless told`,
  },
  {
    ...{
      path: 'trailing_stop',
      label: 'Trailing stop',
      unit: 'share',
      range: 'a share above 0 and below 1',
      isRequired: false,
    },
    hint: '0.2: sells 20 % below the highest price since',
  },
  {
    ...{ path: 'exit_tick', label: 'Sells at the latest at', unit: 'tick', range: TICK, isRequired: false },
    hint: 'never unless told',
  },
];

const PLUGIN: readonly Field[] = [
  {
    ...{
      path: 'module',
      label: 'Plug-in',
      unit: '',
      range: "a plug-in's file name without ending: letters, digits, - or _",
    },
    ...{ isRequired: true, as: 'text', hint: 'its file below plugins/, such as trailing' },
  },
  {
    ...{
      path: 'params',
      label: 'Parameters',
      unit: '',
      range: 'a line each, as name = value',
      isRequired: false,
    },
    ...{ as: 'params', hint: 'a line each, as name = value; the others are the plug-in’s own' },
  },
];

const STAKES: Record<Staking, readonly Field[]> = {
  list: [
    {
      ...{
        path: 'bet_sizes',
        label: 'Sizes of the bets',
        unit: 'SOL',
        range: `1 to 125 sizes, each ${ORDER}`,
      },
      ...{ isRequired: true, as: 'list', hint: 'in their order; the last stands for the rest' },
    },
  ],
  fixed: [{ path: 'sizing.amount', label: 'Each order', unit: 'SOL', range: ORDER, isRequired: true }],
  fraction: [
    {
      ...{
        path: 'sizing.of',
        label: 'Share of the cash',
        unit: 'share',
        range: 'a share above 0, at most 1',
      },
      ...{ isRequired: true, hint: '0.02 is 2 %' },
    },
  ],
  kelly: [
    {
      ...{
        path: 'sizing.p',
        label: 'Chance to win',
        unit: 'share',
        range: 'a share above 0, at most 1',
        isRequired: true,
      },
      hint: 'by chance a sidebet wins 0.1817',
    },
    {
      ...{ path: 'sizing.b', label: 'Won for each SOL', unit: 'SOL', range: 'more than 0', isRequired: true },
      hint: '4 for a sidebet',
    },
    {
      ...{
        path: 'sizing.share',
        label: 'Of the Kelly fraction',
        unit: 'share',
        range: 'a share above 0, at most 1',
      },
      ...{ isRequired: false, hint: '1 unless told; 0.5 is half Kelly' },
    },
  ],
};

/** A group of the form's fields. */
export interface Group {
  title: string;
  fields: readonly Field[];
}

/** The fields of a kind of strategy, in their order. */
export function groupsOf(kind: Kind, staking: Staking): Group[] {
  const common = { title: 'Session', fields: COMMON };
  const stake = { title: 'Stake', fields: STAKES[staking] };
  switch (kind) {
    case 'sidebets':
      return [common, { title: 'Bets', fields: LADDER }, stake];
    case 'position':
      return [common, { title: 'Entry', fields: POSITION }, stake, { title: 'Exits', fields: EXITS }];
    case 'observer':
      return [common];
    case 'plugin':
      return [common, { title: 'Plug-in', fields: PLUGIN }];
  }
}

/** How the size of an order can be told: a list only in a ladder, nothing where the strategy does not order. */
export function stakingsOf(kind: Kind): readonly Staking[] {
  if (kind === 'sidebets') return STAKINGS;
  return kind === 'position' ? STAKINGS.filter((one) => one !== 'list') : [];
}
