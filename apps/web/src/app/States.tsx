import type { ReactNode } from 'react';
import { failureOf, type Resource } from './resource.js';
import { TokenForm } from './Token.js';

export { TokenForm };

/** What is shown where there is nothing (yet): why, and what to do about it. */
export function Empty({
  title,
  children,
  busy = false,
}: {
  title: string;
  children?: ReactNode;
  busy?: boolean;
}) {
  return (
    <div className={busy ? 'empty loading' : 'empty'} role="status">
      {!busy && <img src="/favicon.svg" alt="" width="56" height="56" />}
      <p>{title}</p>
      {children !== undefined && <div className="quiet">{children}</div>}
    </div>
  );
}

interface LoadedProps<T> {
  resource: Resource<T>;
  /** What is loaded, as in `Loading ${what}`. */
  what: string;
  retry: () => void;
  children: (value: T) => ReactNode;
}

/** Shows what was loaded; before that, or when that failed, how it stands and what can be done. */
export function Loaded<T>({ resource, what, retry, children }: LoadedProps<T>) {
  const stale = resource.state === 'failed' && resource.value !== undefined;
  if (resource.value !== undefined) {
    return (
      <>
        {stale && <Failure error={resource.error} what={what} retry={retry} small />}
        {children(resource.value)}
      </>
    );
  }
  if (resource.state === 'failed') return <Failure error={resource.error} what={what} retry={retry} />;
  return <Empty title={`Loading ${what}`} busy />;
}

interface FailureProps {
  error: Error;
  what: string;
  retry: () => void;
  /** There is something older to show below. */
  small?: boolean;
}

/** Why something could not be loaded, and what can be done about it. */
export function Failure({ error, what, retry, small = false }: FailureProps) {
  const kind = failureOf(error);
  if (small) {
    return (
      <p className="notice" role="status">
        {kind === 'offline' ? 'The gateway does not answer' : error.message}: what is shown is of before.{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </p>
    );
  }
  if (kind === 'unauthorized') return <TokenForm what={what} why={error.message} />;
  const titles = {
    offline: 'The gateway does not answer',
    not_found: `There is no such thing here`,
    other: `Could not load ${what}`,
  };
  return (
    <Empty title={titles[kind]}>
      {kind === 'offline' ? (
        <p>
          Is it running? <code>docker compose ps</code> tells, and so does the terminal of{' '}
          <code>make demo</code>.
        </p>
      ) : (
        <p>{error.message}</p>
      )}
      <button type="button" onClick={retry}>
        Try again
      </button>
    </Empty>
  );
}
