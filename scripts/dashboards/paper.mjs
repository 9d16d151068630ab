export default {
  title: 'paper trading',
  about: 'Do the sessions follow the game, and what do they do?',
  rows: [
    [
      {
        kind: 'stat',
        title: 'Sessions',
        about: 'Of all instances.',
        unit: 'none',
        queries: [['sum(paper_sessions)', 'sessions']],
      },
      {
        kind: 'stat',
        title: 'Slots owned',
        about: 'Each slot of sessions has one owner: the sum is PAPER_SLOTS.',
        unit: 'none',
        queries: [['sum(paper_slots)', 'slots']],
        thresholds: [
          [null, 'red'],
          [1, 'green'],
        ],
      },
      {
        kind: 'stat',
        title: 'Behind the game',
        about:
          'How old the newest event was when a slot last processed some. At old prices nothing is traded.',
        unit: 's',
        queries: [['max(paper_lag_seconds)', 'behind']],
        thresholds: [
          [null, 'green'],
          [1, 'orange'],
          [10, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Events missed for good',
        about: 'In a day; the log of the service says which.',
        unit: 'none',
        queries: [['sum(increase(paper_missed_total[24h]))', 'times']],
        thresholds: [
          [null, 'green'],
          [0.5, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Bets placed',
        about: 'Buys and sidebets on paper.',
        unit: 'cps',
        queries: [['sum(rate(paper_bets_total[5m]))', 'bets']],
      },
      {
        title: 'Events processed',
        about: 'Each counted once for each slot.',
        unit: 'cps',
        queries: [['sum by (instance) (rate(paper_events_total[1m]))', '{{instance}}']],
      },
    ],
    [
      {
        title: 'Slots of each instance',
        about: 'They are shared evenly.',
        unit: 'none',
        queries: [['paper_slots', '{{instance}}']],
      },
      {
        title: 'Events not acknowledged',
        about: 'By slot.',
        unit: 'none',
        queries: [['max by (group) (log_group_lag_events{group=~"paper:.+"})', '{{group}}']],
      },
    ],
  ],
};
