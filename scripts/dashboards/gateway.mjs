export default {
  title: 'gateway',
  about: 'Are clients served, and how soon do they see an event?',
  rows: [
    [
      {
        kind: 'stat',
        title: 'Clients',
        about: 'Of all gateways: WebSockets and event streams.',
        unit: 'none',
        queries: [['sum(gateway_clients)', 'clients']],
      },
      {
        kind: 'stat',
        title: 'Gateways that answer',
        about: 'Ready ones.',
        unit: 'none',
        queries: [['sum(service_ready{job="gateway"})', 'ready']],
        thresholds: [
          [null, 'red'],
          [1, 'green'],
        ],
      },
      {
        kind: 'stat',
        title: 'Delivery, p99',
        about: 'From the receipt of an upstream event to its having been sent to every client.',
        unit: 's',
        queries: [
          [
            'histogram_quantile(0.99, sum by (le) (rate(gateway_delivery_latency_seconds_bucket[5m])))',
            'p99',
          ],
        ],
        thresholds: [
          [null, 'green'],
          [0.25, 'orange'],
          [1, 'red'],
        ],
      },
      {
        kind: 'stat',
        title: 'Behind the log',
        about: 'The gateway that is furthest behind.',
        unit: 'none',
        queries: [['max(gateway_lag_events)', 'events']],
        thresholds: [
          [null, 'green'],
          [100, 'orange'],
          [5000, 'red'],
        ],
      },
    ],
    [
      {
        title: 'Clients of each gateway',
        about: 'The proxy shares them.',
        unit: 'none',
        queries: [['gateway_clients', '{{instance}}']],
      },
      {
        title: 'Delivery',
        about: 'From the receipt of an upstream event to its having been sent to every client.',
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((q) => [
          `histogram_quantile(${q}, sum by (le) (rate(gateway_delivery_latency_seconds_bucket[5m])))`,
          `p${q * 100}`,
        ]),
      },
    ],
    [
      {
        title: 'Clients that come back',
        about: 'Recovered: they got everything since; else why not.',
        unit: 'none',
        queries: [['sum by (outcome) (increase(gateway_resumes_total[5m]))', '{{outcome}} in 5 min']],
      },
      {
        title: 'Clients that were closed or not let in',
        about: 'Slow ones resume where they were.',
        unit: 'none',
        queries: [
          ['sum by (reason) (increase(gateway_clients_closed_total[5m]))', '{{reason}} in 5 min'],
          ['sum(increase(gateway_clients_turned_away_total[5m]))', 'turned away in 5 min'],
        ],
      },
    ],
    [
      {
        title: 'CPU',
        about: 'Of each gateway, in cores.',
        unit: 'none',
        queries: [['rate(process_cpu_seconds_total{job="gateway"}[1m])', '{{instance}}']],
      },
      {
        title: 'Memory',
        about: 'Of each gateway.',
        unit: 'bytes',
        queries: [['process_resident_memory_bytes{job="gateway"}', '{{instance}}']],
      },
    ],
  ],
};
