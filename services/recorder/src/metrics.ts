import type { FileHandle } from 'node:fs/promises';
import { Counter, Histogram, type Registry } from 'prom-client';

const FSYNC_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The recorder's own metrics, and the hooks that feed them. */
export function recorderMetrics(registry: Registry) {
  const registers = [registry];
  const events = new Counter({
    name: 'recorder_events_total',
    help: 'Events taken from the log.',
    registers,
  });
  const games = new Counter({
    name: 'recorder_games_written_total',
    help: 'Times the files of a game were written, first or again.',
    registers,
  });
  const bytes = new Counter({
    name: 'recorder_journal_bytes_total',
    help: 'Bytes made durable in the journal.',
    registers,
  });
  const fsync = new Histogram({
    name: 'recorder_fsync_seconds',
    help: 'How long the journal took to become durable.',
    buckets: FSYNC_BUCKETS_SECONDS,
    registers,
  });
  return {
    onEvents: (count: number) => events.inc(count),
    onGameWritten: () => games.inc(),
    onAppended: (count: number) => bytes.inc(count),
    sync: async (handle: FileHandle): Promise<void> => {
      const stop = fsync.startTimer();
      await handle.datasync();
      stop();
    },
  };
}
