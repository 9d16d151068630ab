import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Health } from './health.js';

/** Gauges of prom-client that are named like counters; the same figures are there by type, under names that fit. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What every service tells of itself: its process, whether it is ready, and each condition of that. */
export function serviceMetrics(registry: Registry, health: Health, isStopping: () => boolean): void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  gauge(registry, 'service_ready', '1 while the service is ready, as /readyz says it.', () =>
    Number(health.ok && !isStopping()),
  );
  new Gauge({
    name: 'service_check_ok',
    help: '1 while a condition of being ready holds; /readyz says in words what is wrong.',
    labelNames: ['check'],
    registers: [registry],
    collect() {
      for (const [check, { ok }] of Object.entries(health.checks)) this.set({ check }, Number(ok));
    },
  });
}

/** A gauge that is read when it is asked for. */
export function gauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await read());
    },
  });
}

/** Free bytes on the disk of a folder, for the user of the service; NaN while the folder cannot be asked. */
export function diskFreeGauge(registry: Registry, name: string, folder: string): void {
  const help =
    'Free on the disk of the data folder, for the user of the service; NaN while the folder is not there.';
  gauge(registry, name, help, async () => {
    // Whoever writes there says what is wrong with it.
    const disk = await statfs(folder).catch(() => undefined);
    return disk === undefined ? NaN : disk.bavail * disk.bsize;
  });
}
