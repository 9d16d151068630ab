import type { ReactNode } from 'react';
import { useKeys } from '../app/keys.js';
import { Icon, type IconName } from './Icon.js';
import type { PlaybackControl } from './playback/control.js';
import { SPEEDS, speedWords, type Speed } from './playback/head.js';
import type { Control, Playback, View } from './playback/view.js';
import './controls.css';

interface ControlsProps {
  control: PlaybackControl;
  playback: Playback;
  view: View;
}

/** Where in the game one is, and what can be done about it; the same for the running game and a recorded one. */
export function Controls({ control, playback, view }: ControlsProps) {
  usePlaybackKeys(control);
  const { isPlaying, why } = view;
  const button = (of: Control, does: string, icon: IconName, run: () => void) => (
    <ControlButton of={of} does={does} why={why} run={run}>
      <Icon name={icon} />
    </ControlButton>
  );
  return (
    <div className="controls" role="group" aria-label="Playback">
      <SeekBar control={control} view={view} />
      <div className="buttons">
        {button('previous', 'Previous game (p)', 'previous', () => control.turn(-1))}
        {button('back', 'One tick back (←)', 'back', () => control.step(-1))}
        {isPlaying
          ? button('toggle', 'Pause (space)', 'pause', () => control.toggle())
          : button('toggle', 'Play (space)', 'play', () => control.toggle())}
        {button('step', 'One tick on (→)', 'step', () => control.step(1))}
        {button('next', 'Next game (n)', 'next', () => control.turn(1))}
      </div>
      <label title={why.speed ?? 'Speed (+ and −)'}>
        Speed
        <select
          value={playback.speed}
          disabled={why.speed !== undefined}
          onChange={(event) => control.setSpeed(Number(event.target.value) as Speed)}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speedWords(speed)}
            </option>
          ))}
        </select>
      </label>
      <label title={why.continuous ?? 'After this game the next one follows'}>
        <input
          type="checkbox"
          checked={view.mode === 'live' || playback.continuous}
          disabled={why.continuous !== undefined}
          onChange={(event) => control.setContinuous(event.target.checked)}
        />
        Continuous
      </label>
      <div className="buttons present">
        <ControlButton of="catchUp" does="Catch up (c)" why={why} run={() => control.catchUp()}>
          Catch up
        </ControlButton>
        <ControlButton of="jump" does="Jump to live (j)" why={why} run={() => control.jump()}>
          Jump to live
        </ControlButton>
      </div>
    </div>
  );
}

function usePlaybackKeys(control: PlaybackControl): void {
  useKeys([
    { keys: [' '], does: 'Plays or pauses', run: () => control.toggle() },
    { keys: ['ArrowRight', '.'], shown: '→ or .', does: 'One tick on', run: () => control.step(1) },
    { keys: ['ArrowLeft', ','], shown: '← or ,', does: 'One tick back', run: () => control.step(-1) },
    { keys: ['+', '='], does: 'Faster', run: () => control.changeSpeed(1) },
    { keys: ['-'], does: 'Slower', run: () => control.changeSpeed(-1) },
    { keys: ['n'], does: 'Next game', run: () => control.turn(1) },
    { keys: ['p'], does: 'Previous game', run: () => control.turn(-1) },
    { keys: ['l'], does: 'Switches between Live and Recorded', run: () => control.switchMode() },
    { keys: ['j'], does: 'Jumps to live', run: () => control.jump() },
    { keys: ['c'], does: 'Catches up after a pause of live', run: () => control.catchUp() },
  ]);
}

interface ControlButtonProps {
  of: Control;
  /** Its words, and its key. */
  does: string;
  why: View['why'];
  run: () => void;
  children: ReactNode;
}

/** One that can't be used can still be reached, and says why it can't. */
function ControlButton({ of, does, why, run, children }: ControlButtonProps) {
  const reason = why[of];
  const name = does.replace(/ \(.*\)$/, '');
  return (
    <button
      type="button"
      aria-label={name}
      aria-disabled={reason !== undefined}
      title={reason === undefined ? does : `${name}: ${reason}`}
      onClick={run}
    >
      {children}
    </button>
  );
}

function SeekBar({ control, view: { tick, last, why } }: Pick<ControlsProps, 'control' | 'view'>) {
  const highest = Math.max(0, last);
  return (
    <div className="seek">
      <input
        type="range"
        aria-label="Tick"
        aria-valuetext={`tick ${tick} of ${highest}`}
        min={0}
        max={highest}
        value={Math.max(0, tick)}
        disabled={why.seek !== undefined}
        title={why.seek}
        onChange={(event) => control.seek(Number(event.target.value))}
      />
      <output>
        {Math.max(0, tick)} / {highest}
      </output>
    </div>
  );
}
