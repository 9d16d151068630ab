import { formatPosition } from '@vectra/protocol';
import { diskFreeGauge, traceEvents, type ServiceContext, type ServiceDefinition } from '@vectra/service-kit';
import { EventLog } from '@vectra/stream';
import { Capture } from './capture/capture.js';
import { captureMetrics } from './capture/metrics.js';
import { RecordingControl } from './control/control.js';
import { checkWritable } from './disk.js';
import { foldersOf } from './folders.js';
import { SupersededError } from './journal.js';
import { recorderMetrics } from './metrics.js';
import { Recorder } from './recorder.js';
import { retentionMetrics } from './retention/metrics.js';
import { retain, type RetentionOptions } from './retention/retention.js';
import { Space } from './space/space.js';
import { StoreKeeper } from './store/keeper.js';
import { storeMetrics } from './store/metrics.js';
import { WindowKeeper } from './window/keeper.js';

const VARIABLES = [
  'REDIS_URL',
  'STREAM',
  'LEASE_TTL_MS',
  'RECORDER_CAPTURE_ROTATE_HOURS',
  'RECORDER_CAPTURE_ROTATE_MB',
  'RECORDER_MIN_FREE_MB',
  'RECORDER_PORT',
  'RECORDER_RAW_CAPTURE',
  'RECORDER_RETENTION_DAYS',
  'RECORDER_RETENTION_GB',
  'RECORDER_STORE_SECONDS',
  'RECORDER_WINDOW',
  'RUGS_DATA_DIR',
] as const;
type Context = ServiceContext<(typeof VARIABLES)[number]>;

const NAME = 'recorder';

/** The log's one recorder; further instances on the same data folder stand by and take over. */
export const recorderService: ServiceDefinition<(typeof VARIABLES)[number]> = {
  name: NAME,
  about: 'Records the log: a durable journal, and from it a file set for every game.',
  variables: VARIABLES,
  port: 'RECORDER_PORT',
  async start(context) {
    const { config, log, health, metrics, stopping } = context;
    const folder = config.RUGS_DATA_DIR;
    const { journal, recordings } = foldersOf(folder);
    for (const path of [folder, journal, recordings]) await checkWritable(path);
    const { onEvents, onStatus, onWindowWritten, ...hooks } = recorderMetrics(metrics);
    const window = new WindowKeeper({
      size: config.RECORDER_WINDOW,
      recordings,
      log,
      health,
      stopping,
      onWritten: onWindowWritten,
    });
    const space = spaceOf(context);
    const store = new StoreKeeper({
      ...{ folder, log, health, space, flushMs: config.RECORDER_STORE_SECONDS * 1_000 },
      ...storeMetrics(metrics),
    });
    const recorder = new Recorder({ folder, log, health, stopping, follower: window, space, ...hooks });
    const events = await EventLog.open({
      url: config.REDIS_URL,
      stream: config.STREAM,
      name: NAME,
      log,
      signal: stopping,
    });
    const announced: { tell?: () => void } = {};
    const control = new RecordingControl({
      recorder,
      events,
      log,
      health,
      onStatus: (status) => {
        onStatus(status);
        announced.tell?.();
      },
    });
    announced.tell = events.announce(NAME, () => ({
      ok: health.ok,
      detail: {
        position: recorder.position === undefined ? null : formatPosition(recorder.position),
        recording: control.status,
        checks: health.checks,
      },
    }));
    const consuming = consume(context, events, { recorder, store, window, control, onEvents }).catch(
      (error: unknown) => context.fail(error),
    );
    const retaining = retain({
      ...retentionOf(context, () => control.owns),
      exported: () => store.exportedUpTo(),
    }).catch((error: unknown) => context.fail(error));
    const capturing = config.RECORDER_RAW_CAPTURE ? captureOf(context, events, space).run() : undefined;
    return async () => {
      await consuming;
      await capturing;
      await retaining;
      await store.close();
      await control.close();
      await window.close();
      await recorder.close();
      await events.close();
    };
  },
};

function spaceOf({ config, log, health, metrics }: Context): Space {
  const space = new Space({
    folder: config.RUGS_DATA_DIR,
    reserve: config.RECORDER_MIN_FREE_MB * 2 ** 20,
    onLow: (warning) => {
      health.set('space', true, warning ?? undefined);
      if (warning !== null) log.warn({ warning }, 'the disk fills up');
    },
  });
  diskFreeGauge(metrics, 'recorder_disk_free_bytes', config.RUGS_DATA_DIR);
  return space;
}

function retentionOf(
  { config, log, health, metrics, stopping }: Context,
  owns: () => boolean,
): RetentionOptions {
  const { RUGS_DATA_DIR: folder, RECORDER_RETENTION_DAYS: days, RECORDER_RETENTION_GB: gigabytes } = config;
  return {
    folders: foldersOf(folder),
    maxAgeMs: days === undefined ? undefined : days * 86_400_000,
    maxBytes: gigabytes === undefined ? undefined : gigabytes * 2 ** 30,
    ...{ owns, log, health, stopping },
    ...retentionMetrics(metrics),
  };
}

function captureOf(
  { config, log, health, metrics, stopping }: Context,
  events: EventLog,
  space: Space,
): Capture {
  return new Capture({
    space,
    folder: config.RUGS_DATA_DIR,
    rotateBytes: config.RECORDER_CAPTURE_ROTATE_MB * 2 ** 20,
    rotateMs: config.RECORDER_CAPTURE_ROTATE_HOURS * 3_600_000,
    leaseTtlMs: config.LEASE_TTL_MS,
    events,
    health,
    log,
    stopping,
    ...captureMetrics(metrics),
  });
}

interface Consumer {
  recorder: Recorder;
  store: StoreKeeper;
  window: WindowKeeper;
  control: RecordingControl;
  onEvents: (count: number) => void;
}

async function consume(context: Context, events: EventLog, consumer: Consumer): Promise<void> {
  const { log, stopping } = context;
  while (!stopping.aborted) {
    try {
      await consumeUntilSuperseded(context, events, consumer);
    } catch (error) {
      if (!(error instanceof SupersededError)) throw error;
      log.warn({ reason: error.message }, 'looking again where the journal ends');
    }
  }
}

async function consumeUntilSuperseded(context: Context, events: EventLog, consumer: Consumer): Promise<void> {
  const { config, log, health, stopping } = context;
  const { recorder, store, window, control, onEvents } = consumer;
  const group = events.group(NAME, {
    from: 'start',
    leaseTtlMs: config.LEASE_TTL_MS,
    signal: stopping,
    onOwned: async (token, fence) => {
      const position = await recorder.takeOver(token);
      await control.own();
      window.own(events, { group: NAME, fence });
      store.own();
      for (const check of ['gap', 'epoch', 'events']) health.set(check, true);
      log.info(
        { fence: token, position: position === undefined ? null : formatPosition(position) },
        'recording',
      );
      return position;
    },
    onStatus: (status) => {
      health.set('ownership', true, status);
      if (status === 'owner') return;
      control.disown();
      window.disown();
      store.disown();
    },
    onGap: (gap) => {
      recorder.noteGap(gap);
      health.set('gap', false, `events ${gap.from} to ${gap.to} were trimmed before they could be recorded`);
      log.error(gap, 'events are lost: trimmed before they could be recorded');
    },
    onEpoch: (epoch, previous) => {
      health.set(
        'epoch',
        false,
        `the log began anew (${previous} -> ${epoch}): events in between may be lost`,
      );
      log.error({ epoch, previous }, 'the log began anew: what was in between may be lost');
    },
    onDeadLetter: ({ id, reason }) => health.set('events', false, `entry ${id} was not recorded: ${reason}`),
  });
  for await (const { events: batch, owned, replayed } of group) {
    // Coming back for the next batch acknowledges this one, which is refused when ownership is gone.
    if (await recorder.record(batch, owned, replayed)) {
      onEvents(batch.length);
      traceEvents(log, batch, 'recorded');
    } else if (stopping.aborted) return;
  }
}
