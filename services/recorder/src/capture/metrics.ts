import { Counter, type Registry } from 'prom-client';
import type { CaptureFilesOptions } from './files.js';

/** The metrics of the capture, and the hook that feeds them. */
export function captureMetrics(registry: Registry): Required<Pick<CaptureFilesOptions, 'onWritten'>> {
  const registers = [registry];
  const events = new Counter({
    name: 'recorder_captured_events_total',
    help: 'Upstream events made durable as they were received.',
    registers,
  });
  const lost = new Counter({
    name: 'recorder_capture_lost_events_total',
    help: 'Upstream events that are missing from the captures.',
    registers,
  });
  const bytes = new Counter({
    name: 'recorder_capture_bytes_total',
    help: 'Bytes made durable in the captures.',
    registers,
  });
  return {
    onWritten: (written) => {
      events.inc(written.events);
      lost.inc(written.lost);
      bytes.inc(written.bytes);
    },
  };
}
