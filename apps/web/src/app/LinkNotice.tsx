import type { CLOSE_CODES } from '@vectra/protocol';
import type { ReactNode } from 'react';
import type { Link } from '../connection/session.js';
import { token } from './access.js';
import { hrefOf } from './route.js';
import { useStore } from './store.js';

/** The code itself would bring all of the protocol's schemas into the page. */
const FULL = 4030 satisfies (typeof CLOSE_CODES)['tooManyConnections'];

/** What a broken connection means for what is on the screen, and what can be done. */
export function LinkNotice({ link }: { link: Link }) {
  const given = useStore(token);
  if (link.state === 'refused' && given !== null) {
    return (
      <Notice does={{ name: 'Go on without it', run: () => token.set(null) }}>
        The gateway refused the token: {link.reason}. All that is for everybody goes on without one.
      </Notice>
    );
  }
  if (link.state === 'refused') {
    return (
      <Notice does={{ name: 'Reload the page', run: () => window.location.reload() }}>
        The gateway refused this page: {link.reason}. Nothing new is shown.
      </Notice>
    );
  }
  if (link.state !== 'reconnecting') return null;
  if (link.code === FULL) {
    return (
      <Notice>
        The gateway is full: it has as many connections as it allows, or as it allows one address. This page
        keeps trying, and until then shows what was. Closing other tabs of it may help.
      </Notice>
    );
  }
  // A short interruption is for the badge alone.
  if (link.attempt < 2) return null;
  return (
    <Notice>
      The gateway does not answer. This page keeps trying, and goes on by itself with what was missed.{' '}
      <a href={hrefOf('health')}>How the system was</a>
    </Notice>
  );
}

function Notice({ does, children }: { does?: { name: string; run: () => void }; children: ReactNode }) {
  return (
    <p className="notice" role="status">
      {children}{' '}
      {does !== undefined && (
        <button type="button" onClick={does.run}>
          {does.name}
        </button>
      )}
    </p>
  );
}
