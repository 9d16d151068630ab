export default {
  title: 'feed',
  about: 'Does everything of the game reach the log, and how soon?',
  rows: [
    [
      {
        kind: 'stat',
        title: 'Mode',
        about: 'Of the feed that writes the log. Minimal: nothing reaches it.',
        unit: 'none',
        queries: [
          [
            'max((feed_mode{mode="degraded"} + on (instance) 2 * feed_mode{mode="minimal"}) and on (instance) feed_leader == 1)',
            'mode',
          ],
        ],
        thresholds: [
          [null, 'green'],
          [1, 'orange'],
          [2, 'red'],
        ],
        words: { 0: { text: 'normal' }, 1: { text: 'degraded' }, 2: { text: 'minimal' } },
      },
      {
        kind: 'stat',
        title: 'Feeds that write',
        about: 'One writes, others stand by.',
        unit: 'none',
        queries: [['sum(feed_leader)', 'write']],
        thresholds: [
          [null, 'red'],
          [1, 'green'],
          [2, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Age of the newest frame',
        about: 'Of the game, in any phase; a game that is paused may be silent.',
        unit: 's',
        queries: [['min(feed_data_age_seconds)', 'age']],
        thresholds: [
          [null, 'green'],
          [8, 'orange'],
          [20, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Seals that do not fit',
        about: 'Games in a day that are not what their revealed seed gives.',
        unit: 'none',
        queries: [['sum(increase(feed_sealed_games_total{verdict="mismatch"}[24h]))', 'games']],
        thresholds: [
          [null, 'green'],
          [0.5, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Disk left',
        about: 'For the write-ahead file.',
        unit: 'bytes',
        queries: [['min(feed_disk_free_bytes)', 'free']],
        thresholds: [
          [null, 'red'],
          [2e8, 'orange'],
          [2e9, 'green'],
        ],
      },
      {
        kind: 'stat',
        title: 'Conditions that fail',
        about: 'Of being ready; /readyz says them in words.',
        unit: 'none',
        queries: [['count(service_check_ok{job="feed"} == 0) or vector(0)', 'fail']],
        thresholds: [
          [null, 'green'],
          [1, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Events stored',
        about: 'In the log, by type.',
        unit: 'cps',
        queries: [['sum by (type) (rate(feed_published_events_total[1m]))', '{{type}}']],
      },
      {
        title: 'From arrival to storage',
        about: 'Of events, as quantiles.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => [
          `histogram_quantile(${q}, sum by (le) (rate(feed_publish_latency_seconds_bucket[5m])))`,
          `p${q * 100}`,
        ]),
        thresholds: [
          [null, 'transparent'],
          [0.25, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Between two ticks',
        about: 'Of a game; 0.25 s is meant.',
        unit: 's',
        queries: [0.5, 0.99].map((q) => [
          `histogram_quantile(${q}, sum by (le) (rate(feed_tick_interval_seconds_bucket[5m])))`,
          `p${q * 100}`,
        ]),
      },
      {
        title: 'Upstream events that gave nothing',
        about: 'By the reason; each upstream event either gives events of the log or is counted here.',
        unit: 'cps',
        queries: [['sum by (reason) (rate(feed_noise_total[5m]))', '{{reason}}']],
      },
    ],
    [
      {
        title: 'Connections',
        about: 'Open ones, and how often each was made anew.',
        unit: 'none',
        queries: [
          ['max by (source) (feed_upstream_connected)', '{{source}} open'],
          ['sum by (source) (increase(feed_upstream_reconnects_total[5m]))', '{{source}} made anew in 5 min'],
        ],
      },
      {
        title: 'What waits',
        about: 'Events that Redis has not taken yet; and upstream events held for a takeover.',
        unit: 'none',
        queries: [
          ['sum(feed_waiting_events)', 'wait for Redis'],
          ['sum by (instance) (feed_held_events)', 'held by {{instance}}'],
        ],
      },
    ],
  ],
};
