import type { FileHandle } from 'node:fs/promises';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RecordingStatus } from './control/state.js';

const WINDOW_BUCKETS_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];
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
  const paused = new Gauge({
    name: 'recorder_paused',
    help: '1 while games that start are not recorded because an operator said so.',
    registers,
  });
  const window = new Histogram({
    name: 'recorder_window_write_seconds',
    help: 'How long a change of the last games took to be in Redis.',
    buckets: WINDOW_BUCKETS_SECONDS,
    registers,
  });
  return {
    onStatus: ({ state }: RecordingStatus) => paused.set(state === 'paused' || state === 'finishing' ? 1 : 0),
    onWindowWritten: (seconds: number) => window.observe(seconds),
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
