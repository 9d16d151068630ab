import { Component, lazy, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { useSession } from './session.js';
import { Empty } from './States.js';
import { useStore } from './store.js';
import { hrefOf } from './route.js';

/** The files of a screen can't be had: the gateway is away, or has those of another version. */
class ScreenNotLoaded extends Error {
  override readonly name = 'ScreenNotLoaded';
}

/** A screen that is loaded when somebody goes there. */
export function lazyScreen(load: () => Promise<{ default: ComponentType }>) {
  return lazy(() =>
    load().catch((cause: unknown) => {
      throw new ScreenNotLoaded('expected the files of the screen, was an error', { cause });
    }),
  );
}

interface BoundaryProps {
  /** The screen's name. */
  name: string;
  /** Another address is shown whatever the one before came to. */
  address: string;
  children: ReactNode;
}

/** Keeps the failure of one screen from the others. */
export class ScreenBoundary extends Component<BoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate({ address }: BoundaryProps) {
    if (address !== this.props.address && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (error instanceof ScreenNotLoaded) return <NotLoaded name={this.props.name} />;
    return <Failed name={this.props.name} error={error} again={() => this.setState({ error: null })} />;
  }
}

function Failed({ name, error, again }: { name: string; error: Error; again: () => void }) {
  return (
    <main>
      <Empty title={`${name} has failed`}>
        <p>{error.message}</p>
        <p>This is a fault of the page, not of yours. The other screens are not concerned.</p>
        <p>
          <button type="button" onClick={again}>
            Show it again
          </button>{' '}
          <a href={hrefOf('live')}>Go to Live</a>
        </p>
      </Empty>
    </main>
  );
}

/** A file that could not be had once is not asked for again by every browser, so the page is loaded anew. */
function NotLoaded({ name }: { name: string }) {
  const { state } = useStore(useSession()).link;
  const isAway = state === 'reconnecting' || state === 'offline';
  const [wasAway, setWasAway] = useState(isAway);
  if (isAway && !wasAway) setWasAway(true);
  useEffect(() => {
    if (wasAway && state === 'live') window.location.reload();
  }, [wasAway, state]);
  return (
    <main>
      <Empty title={`${name} could not be loaded`}>
        <p>
          {isAway
            ? 'The gateway does not answer. As soon as it does this page is loaded anew.'
            : 'The app may have been replaced by a newer version since this page was loaded.'}
        </p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload the page
        </button>
      </Empty>
    </main>
  );
}
