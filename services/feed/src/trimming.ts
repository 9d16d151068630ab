import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, Publisher } from '@vectra/stream';
import { reasonOf } from '@vectra/service-kit';
import type { FeedContext } from './service.js';

const TRIM_INTERVAL_MS = 10_000;
const HOUR_MS = 3_600_000;

/** Trims the log every 10 s until the signal. What fails is tried again. */
export async function trimRegularly(
  { config, log }: FeedContext,
  eventLog: EventLog,
  publisher: Publisher,
  signal: AbortSignal,
): Promise<void> {
  let absent: string | null = null;
  for (;;) {
    const due = await sleep(TRIM_INTERVAL_MS, true, { signal }).catch(() => false); // ended
    if (!due) return;
    const before = Date.now() - config.LOG_RETENTION_HOURS * HOUR_MS;
    try {
      const { absentGroup, floor } = await eventLog.trim(before, config.REQUIRED_GROUPS);
      await publisher.forget(floor);
      if (absentGroup !== null && absentGroup !== absent) {
        log.warn({ group: absentGroup }, 'a required group does not exist: the log is not trimmed');
      }
      absent = absentGroup;
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'trimming failed; it is tried again');
    }
  }
}
