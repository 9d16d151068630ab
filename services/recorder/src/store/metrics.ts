import { Counter, type Registry } from 'prom-client';

/** The event store's metrics, and the hooks that feed them. */
export function storeMetrics(registry: Registry) {
  const registers = [registry];
  const rows = new Counter({
    name: 'recorder_store_rows_total',
    help: 'Rows written to the event store.',
    registers,
  });
  const merges = new Counter({
    name: 'recorder_store_merges_total',
    help: 'Times several files of the event store became one.',
    registers,
  });
  return { onRows: (count: number) => rows.inc(count), onMerged: () => merges.inc() };
}
