import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@vectra/service-kit';
import type { DeadLetter, EventLog } from '@vectra/stream';
import { table } from './table.js';

/** The role under which the feed puts aside what somebody else wrote into the log. */
const FEED = 'feed';

/** Prints a result: text for people, or JSON. */
export interface Output {
  json: boolean;
  write: (text: string) => void;
}

/** The log's epoch and extent, and every group's lag. Each command tells whether all that was asked could be done. */
export async function showState(log: EventLog, output: Output): Promise<boolean> {
  const [state, groups] = await Promise.all([log.state(), log.groups()]);
  if (output.json) {
    print(output, { ...state, groups });
    return true;
  }
  const events = Math.max(0, state.last - state.first + 1);
  output.write(
    `${log.keys.events}: epoch ${state.epoch ?? 'none yet'}, ${events} events (${state.first} to ${state.last})\n`,
  );
  const rows = groups.map(({ name, delivered, lag, pending, deadLetters, ephemeral }) => [
    name,
    delivered,
    lag,
    pending,
    deadLetters,
    ephemeral ? 'ends with its consumer' : '',
  ]);
  if (rows.length > 0)
    output.write(`\n${table(['group', 'delivered', 'lag', 'pending', 'dead letters', ''], rows)}\n`);
  return true;
}

const DRAIN_LOOK_MS = 500;

/** Waits until every group but those that end with their consumer has processed all that is stored. @returns false when time is over. */
export async function drainLog(log: EventLog, seconds: number, output: Output): Promise<boolean> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const groups = await log.groups();
    const behind = groups.filter(({ ephemeral, lag }) => !ephemeral && lag > 0);
    const isOver = performance.now() >= deadline;
    if (behind.length > 0 && !isOver) {
      await sleep(DRAIN_LOOK_MS);
      continue;
    }
    if (output.json) print(output, { behind });
    else if (behind.length === 0) output.write('every group has processed all that is stored\n');
    for (const { name, lag } of output.json ? [] : behind)
      output.write(`${name} is still behind by ${lag} events\n`);
    return behind.length === 0;
  }
}

/** Begins another history of the log; the groups of `REQUIRED_GROUPS` are given all of it. */
export async function renewLog(log: EventLog, output: Output): Promise<boolean> {
  const before = await log.state();
  const { REQUIRED_GROUPS: requiredGroups } = loadConfig(['REQUIRED_GROUPS']);
  const epoch = await log.renew(requiredGroups);
  if (output.json) print(output, { epoch, before: before.epoch });
  else
    output.write(
      `epoch ${epoch} begins; ${before.epoch ?? 'none'} ended with event ${before.last}. Now the feed may start.\n`,
    );
  return true;
}

/** The dead letters of a group, or how many each group has. */
export async function listDeadLetters(
  log: EventLog,
  group: string | undefined,
  output: Output,
): Promise<boolean> {
  if (group === undefined) {
    const names = [...(await log.groups()).map(({ name }) => name), FEED];
    const counts = await Promise.all(
      names.map(async (name) => ({ group: name, deadLetters: await log.deadLetters.count(name) })),
    );
    if (output.json) print(output, counts);
    else {
      const rows = counts.map((count) => [count.group, count.deadLetters]);
      output.write(`${table(['group', 'dead letters'], rows)}\n`);
    }
    return true;
  }
  const letters = await log.deadLetters.list(group);
  if (output.json) print(output, letters);
  else if (letters.length === 0) output.write(`${group} has no dead letters\n`);
  else output.write(`${table(['entry', 'type', 'why'], letters.map(rowOf))}\n`);
  return true;
}

/** Has dead letters delivered again. @returns false when some are still no event. */
export async function replayDeadLetters(
  log: EventLog,
  { group, ids }: { group: string; ids: readonly string[] },
  output: Output,
): Promise<boolean> {
  const { replayed, refused } = await log.deadLetters.replay(group, ids.length === 0 ? undefined : ids);
  const unknown = ids.filter((id) => !replayed.includes(id) && !refused.some((letter) => letter.id === id));
  if (output.json) print(output, { replayed, refused: refused.map(({ id }) => id), unknown });
  else {
    output.write(
      `${replayed.length} to be delivered again to ${group}; each leaves the dead letters when it was processed\n`,
    );
    for (const { id, error } of refused)
      output.write(`${id} stays: it is still no event (${oneLine(error)})\n`);
    for (const id of unknown) output.write(`${id} is not among the dead letters of ${group}\n`);
  }
  return refused.length + unknown.length === 0;
}

/** Drops dead letters for good. @returns false when some were not there. */
export async function discardDeadLetters(
  log: EventLog,
  { group, ids }: { group: string; ids: readonly string[] },
  output: Output,
): Promise<boolean> {
  const discarded = await log.deadLetters.discard(group, ids);
  if (output.json) print(output, { discarded });
  else output.write(`${discarded} of ${ids.length} discarded\n`);
  return discarded === ids.length;
}

function rowOf({ id, error, fields }: DeadLetter): string[] {
  return [id, fields.t ?? '-', oneLine(error)];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 160);
}

function print({ write }: Output, value: unknown): void {
  write(`${JSON.stringify(value, null, 2)}\n`);
}
