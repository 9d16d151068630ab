import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@vectra/protocol';
import type { Health, Logger } from '@vectra/service-kit';
import { isFileError } from '../disk.js';
import type { Folders } from '../folders.js';
import { planRetention, type Limits, type Unit } from './plan.js';
import { unitsIn } from './units.js';

/** How often it is looked whether something has become too old or too much. */
const INTERVAL_MS = 60_000;

export interface RetentionOptions extends Limits {
  folders: Folders;
  /** Only the owner of the log's group deletes. */
  owns: () => boolean;
  /** Up to where the event store has everything; undefined when there is none. */
  exported?: () => Position | undefined;
  log: Logger;
  health: Pick<Health, 'set'>;
  stopping: AbortSignal;
  onListed?: (units: readonly Unit[]) => void;
  onDeleted?: (unit: Unit) => void;
  intervalMs?: number;
}

/** Deletes what is older, or more, than is to be kept: never what is not derived or exported yet, never today's. */
export async function retain(options: RetentionOptions): Promise<void> {
  const { stopping, log, health, intervalMs = INTERVAL_MS } = options;
  while (!stopping.aborted) {
    try {
      await retainOnce(options);
    } catch (error) {
      if (!isFileError(error)) throw error;
      log.error({ reason: error.message }, 'deleting what is too old failed; trying again');
      health.set('retention', false, error.message);
    }
    await sleep(intervalMs, undefined, { signal: stopping }).catch(() => undefined); // a stop ends the wait
  }
}

/** One look, and what follows from it. @throws errors of the file system. */
export async function retainOnce(options: RetentionOptions, now = Date.now()): Promise<void> {
  const { folders, owns, exported, log, health, onListed, onDeleted } = options;
  const units = await unitsIn(folders, exported?.(), now);
  onListed?.(units);
  if (!owns()) return;
  const { deletions, alarm } = planRetention(units, options, now);
  for (const unit of deletions) {
    if (!owns()) return;
    for (const path of unit.paths) await rm(path, { recursive: true, force: true });
    onDeleted?.(unit);
    log.info({ kind: unit.kind, name: unit.name, bytes: unit.bytes }, 'deleted: more than is to be kept');
  }
  health.set('retention', alarm === null, alarm ?? undefined);
}
