import { RestError } from '@vectra/client';
import { useEffect, useState } from 'react';
import { token } from './access.js';
import { useStore } from './store.js';

/** Something that is loaded. While the same is loaded again the value before stays. */
export type Resource<T> =
  | { state: 'loading'; value?: T }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: Error; value?: T };

/**
 * Loads whenever `key` or the token changes, and again every `everyMs` if that is given.
 *
 * @param load must throw when it fails; what it gives of an older key is dropped.
 */
export function useResource<T>(
  key: string,
  load: () => Promise<T>,
  everyMs?: number,
): { resource: Resource<T>; reload: () => void } {
  const [loaded, setLoaded] = useState<{ key: string; resource: Resource<T> }>();
  const [round, setRound] = useState(0);
  const given = useStore(token);
  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const tell = (change: (before: Resource<T>) => Resource<T>): void => {
      if (isOver) return;
      setLoaded((before) => ({ key, resource: change(before?.key === key ? before.resource : LOADING) }));
    };
    const once = async (): Promise<void> => {
      try {
        const value = await load();
        tell(() => ({ state: 'ready', value }));
      } catch (error) {
        tell((before) => ({ ...before, state: 'failed', error: asError(error) }));
      }
      if (!isOver && everyMs !== undefined) timer = window.setTimeout(() => void once(), everyMs);
    };
    if (round > 0) tell((before) => ({ ...before, state: 'loading' }));
    void once();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
    // `load` is a new function at each rendering; `key` says what it loads.
  }, [key, everyMs, round, given]);
  const resource = loaded?.key === key ? loaded.resource : LOADING;
  return { resource, reload: () => setRound((before) => before + 1) };
}

const LOADING = { state: 'loading' } as const;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** What kind of failure it is decides what can be done about it. */
export function failureOf(error: Error): 'unauthorized' | 'not_found' | 'offline' | 'other' {
  if (!(error instanceof RestError)) return 'offline';
  if (error.status === 401 || error.status === 403) return 'unauthorized';
  return error.status === 404 ? 'not_found' : 'other';
}
