import { Counter, Gauge, type Registry } from 'prom-client';
import type { Unit } from './plan.js';

/** The hooks that feed the metrics of what is kept and deleted. */
export function retentionMetrics(registry: Registry) {
  const registers = [registry];
  const kept = new Gauge({
    name: 'recorder_kept_bytes',
    help: 'What the data folder holds, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const deleted = new Counter({
    name: 'recorder_retention_deleted_bytes_total',
    help: 'What was deleted as more than is to be kept, by kind.',
    labelNames: ['kind'],
    registers,
  });
  return {
    onListed: (units: readonly Unit[]): void => {
      kept.reset();
      for (const { kind, bytes } of units) kept.inc({ kind }, bytes);
    },
    onDeleted: ({ kind, bytes }: Unit): void => deleted.inc({ kind }, bytes),
  };
}
