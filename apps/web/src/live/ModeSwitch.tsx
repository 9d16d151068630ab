import { useEffect, useState } from 'react';
import { Time } from '../app/Time.js';
import { duration } from '../app/words.js';
import type { PlaybackControl } from './playback/control.js';
import type { Playback, View } from './playback/view.js';

interface ModeSwitchProps {
  control: PlaybackControl;
  playback: Playback;
  view: View;
}

/** Live or recorded: which it is, how far from the present, and the way to the other. */
export function ModeSwitch({ control, playback, view: { mode, tick, last, why } }: ModeSwitchProps) {
  const { recording, head, heldSince, notice } = playback;
  return (
    <div className="mode">
      <div className="switch" role="group" aria-label="Mode">
        <button
          type="button"
          aria-pressed={mode === 'live'}
          title="Live (l)"
          onClick={() => mode === 'recorded' && control.switchMode()}
        >
          <span className="dot" aria-hidden="true" /> Live
        </button>
        <button
          type="button"
          aria-pressed={mode === 'recorded'}
          aria-disabled={mode === 'live' && why.switch !== undefined}
          title={(mode === 'live' ? why.switch : undefined) ?? 'Recorded (l)'}
          onClick={() => mode === 'live' && control.switchMode()}
        >
          Recorded
        </button>
      </div>
      <p className="where">
        {recording !== null && <strong>Recorded game</strong>}{' '}
        {recording?.state === 'ready' && recording.startedAt !== null && <Time at={recording.startedAt} />}
        {heldSince !== null && <Held since={heldSince} />}{' '}
        {mode === 'live' && head !== null && tick < last && (
          <strong>{last - tick} ticks before the newest</strong>
        )}
      </p>
      <p className="said" role="status">
        {notice}
      </p>
    </div>
  );
}

/** The gateway holds the events back: since when, counting on. */
function Held({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - since) / 1_000));
  return (
    <>
      <strong>Paused for {seconds < 100 ? `${seconds} s` : duration(seconds * 1_000)}</strong>
      <span> since </span>
      <Time at={since} only="time" />: events wait at the gateway
    </>
  );
}
