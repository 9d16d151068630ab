import { setTimeout as sleep } from 'node:timers/promises';
import { rest, type Health } from '@vectra/client';
import type { Follower } from './followers.js';

const EVERY_MS = 250;

/** The newest place that a client was told of; 0 before the first. */
export const newestOf = ({ told }: Follower): number => told.seqs.at(-1) ?? 0;

/** Waits until something holds. @throws Error that names what was waited for, and what was in the way. */
export async function until(
  what: string,
  holds: () => Promise<string | undefined> | string | undefined,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const inTheWay = await holds();
    if (inTheWay === undefined) return;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1_000} s in vain: ${what} (${inTheWay})`);
    await sleep(EVERY_MS, undefined, { signal });
  }
}

/**
 * What /health complains of, in words; undefined when all is well.
 *
 * @param patient leaves aside that events were stored late: the feed reckons that over its newest 1,000, so it complains of a fault long
 * after it is over, and on a slow machine always.
 */
export async function complaintOf(url: string, patient = true): Promise<string | undefined> {
  try {
    const health = await rest({ url }).health();
    if (health.status === 'ok') return undefined;
    const isLate = patient && areLateOnly(health);
    const problems = health.problems.filter(({ part }) => !(isLate && part === 'feed'));
    if (problems.length === 0 && isLate) return undefined;
    return problems.map(({ part, message }) => `${part}: ${message}`).join('; ') || 'not well';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What /health tells; undefined when it does not answer. */
export async function healthOf(url: string): Promise<Health | undefined> {
  return rest({ url })
    .health()
    .catch(() => undefined);
}

/** Whether all that is wrong with the feeds is how long events take. */
function areLateOnly({ services }: Health): boolean {
  const feeds = services.feed?.instances.filter(({ fresh }) => fresh) ?? [];
  const codes = feeds.flatMap(({ detail }) => (detail.reasons as { code: string }[] | undefined) ?? []);
  return codes.every(({ code }) => code === 'latency');
}

/** Waits until /health is well, and every client is told of an event that came after that. */
export async function recovers(
  url: string,
  followers: readonly Follower[],
  waiting: { limitMs: number; signal: AbortSignal },
): Promise<void> {
  // Asked again where it is not answered: a gateway may be lost only after it was asked for how it is.
  let last = 0;
  const isWell = async (): Promise<string | undefined> => {
    const complaint = await complaintOf(url);
    if (complaint !== undefined) return complaint;
    const health = await healthOf(url);
    last = health?.log.last ?? 0;
    return health === undefined ? 'no answer' : undefined;
  };
  await until('/health is well', isWell, waiting);
  const isBehind = (): string | undefined => {
    const behind = followers.filter((follower) => newestOf(follower) <= last);
    return behind.length === 0 ? undefined : behind.map(({ name }) => `${name} is behind`).join(', ');
  };
  await until(`every client is told of what comes after event ${last}`, isBehind, waiting);
}
