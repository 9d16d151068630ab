export default {
  title: 'consumers',
  about: 'Does everybody who reads the log keep up, and is everything recorded?',
  rows: [
    [
      {
        kind: 'stat',
        title: 'Furthest behind',
        about: 'The age of the oldest event that a group has not acknowledged.',
        unit: 's',
        queries: [['max(log_group_oldest_age_seconds)', 'age']],
        thresholds: [
          [null, 'green'],
          [10, 'orange'],
          [60, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Recorder',
        about: 'Paused: games that start are not recorded because an operator said so.',
        unit: 'none',
        queries: [['max(recorder_paused)', 'paused']],
        thresholds: [
          [null, 'green'],
          [1, 'orange'],
        ],
        words: { 0: { text: 'recording' }, 1: { text: 'paused' } },
      },
      {
        kind: 'stat',
        title: 'Disk left',
        about: 'For recordings.',
        unit: 'bytes',
        queries: [['min(recorder_disk_free_bytes)', 'free']],
        thresholds: [
          [null, 'red'],
          [2e8, 'orange'],
          [2e9, 'green'],
        ],
      },
      {
        kind: 'stat',
        title: 'Conditions that fail',
        about: 'Of the recorder being ready; /readyz says them in words.',
        unit: 'none',
        queries: [['count(service_check_ok{job="recorder"} == 0) or vector(0)', 'fail']],
        thresholds: [
          [null, 'green'],
          [1, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Events not acknowledged',
        about: 'By group; those of all gateways together as the highest.',
        unit: 'none',
        queries: [['max by (group) (log_group_lag_events)', '{{group}}']],
      },
      {
        title: 'Age of the oldest of them',
        about: 'By group.',
        unit: 's',
        queries: [['max by (group) (log_group_oldest_age_seconds)', '{{group}}']],
        thresholds: [
          [null, 'transparent'],
          [60, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Recorded',
        about: 'Events that are durable, and times the files of a game were written.',
        unit: 'cps',
        queries: [
          ['sum(rate(recorder_events_total[1m]))', 'events'],
          ['sum(rate(recorder_games_written_total[5m]))', 'files of games'],
        ],
      },
      {
        title: 'Making the journal durable',
        about: 'How long one sync took.',
        unit: 's',
        queries: [0.5, 0.99].map((q) => [
          `histogram_quantile(${q}, sum by (le) (rate(recorder_fsync_seconds_bucket[5m])))`,
          `p${q * 100}`,
        ]),
      },
    ],
    [
      {
        title: 'Written to disk',
        about: 'By the journal and the raw captures.',
        unit: 'Bps',
        queries: [
          ['sum(rate(recorder_journal_bytes_total[5m]))', 'journal'],
          ['sum(rate(recorder_capture_bytes_total[5m]))', 'captures'],
        ],
      },
      {
        title: 'Dead letters',
        about: 'By group.',
        unit: 'none',
        queries: [['max by (group) (log_group_dead_letters)', '{{group}}']],
        thresholds: [
          [null, 'transparent'],
          [1, 'red'],
        ],
      },
    ],
  ],
};
