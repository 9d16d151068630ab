export default {
  title: 'log',
  about: 'Does Redis keep the log, and has it room?',
  rows: [
    [
      {
        kind: 'stat',
        title: 'Redis',
        about: 'Whether it answers the gateways.',
        unit: 'none',
        queries: [['max(log_redis_up)', 'up']],
        thresholds: [
          [null, 'red'],
          [1, 'green'],
        ],
        words: { 0: { text: 'down' }, 1: { text: 'up' } },
      },
      {
        kind: 'stat',
        title: 'Memory used',
        about: 'Of what Redis may use. Nothing is evicted at the limit: events wait in the feed.',
        unit: 'percentunit',
        max: 1,
        queries: [['max(log_redis_memory_used_bytes / log_redis_memory_limit_bytes)', 'used']],
        thresholds: [
          [null, 'green'],
          [0.8, 'orange'],
          [0.95, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Events held',
        about: 'From the oldest that is kept to the newest.',
        unit: 'short',
        queries: [['max(log_events)', 'events']],
      },
      {
        kind: 'stat',
        title: 'Dead letters',
        about: 'Entries that a group could not process.',
        unit: 'none',
        queries: [['sum(max by (group) (log_group_dead_letters))', 'entries']],
        thresholds: [
          [null, 'green'],
          [1, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Required groups missing',
        about: 'Without them nothing is trimmed.',
        unit: 'none',
        queries: [['sum(max by (group) (log_required_group_missing))', 'groups']],
        thresholds: [
          [null, 'green'],
          [1, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Memory',
        about: 'What Redis uses, what it may use, and what the events take of it.',
        unit: 'bytes',
        queries: [
          ['max(log_redis_memory_used_bytes)', 'used'],
          ['max(log_redis_memory_limit_bytes)', 'limit'],
          ['max(log_stream_bytes)', 'events'],
        ],
      },
      {
        title: 'Growth',
        about: 'New events.',
        unit: 'cps',
        queries: [['sum(rate(feed_published_events_total[1m]))', 'events']],
      },
    ],
  ],
};
