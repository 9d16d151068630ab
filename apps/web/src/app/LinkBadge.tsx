import type { Link } from '../connection/session.js';
import { duration } from './words.js';

/** Whether the page is connected, and how old the newest event was when it came. */
export function LinkBadge({ link, latency }: { link: Link; latency: number | null }) {
  return (
    <div className={`link ${link.state}`}>
      <span className="dot" aria-hidden="true" />
      <span role="status">{words(link)}</span>
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

function words(link: Link): string {
  switch (link.state) {
    case 'loading':
      return 'Loading';
    case 'connecting':
      return 'Connecting';
    case 'live':
      return 'Live';
    case 'reconnecting':
      return `Reconnecting, attempt ${link.attempt}`;
    case 'offline':
      return `Offline, attempt ${link.attempt}`;
    case 'refused':
      return `Refused: ${link.reason}`;
  }
}
