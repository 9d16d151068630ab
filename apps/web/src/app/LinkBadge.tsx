import type { Link } from '../connection/session.js';
import { duration } from './words.js';

/** Whether the page is connected, and how old the newest event was when it came. */
export function LinkBadge({ link, latency }: { link: Link; latency: number | null }) {
  return (
    <div className={`link ${link.state}`}>
      <span className="dot" aria-hidden="true" />
      <span role="status">{WORDS[link.state]}</span>
      {/* Not read out each time. */}
      {'attempt' in link && <span className="attempt">attempt {link.attempt}</span>}
      {link.state === 'live' && latency !== null && (
        <span
          className="latency"
          title="From the feed's receipt of the newest event to this page, by both clocks"
        >
          {duration(latency)}
        </span>
      )}
    </div>
  );
}

const WORDS: Record<Link['state'], string> = {
  loading: 'Loading',
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  refused: 'Refused',
};
