import { SPEEDS, type Replay } from './replay.js';

/** What moves the replay. */
export function Controls({ replay, last }: { replay: Replay; last: number }) {
  const { head, isPlaying, speed, can } = replay;
  return (
    <div className="controls">
      <label className="seek">
        <span>
          Tick <output>{head.tick}</output> of {last}
        </span>
        <input
          type="range"
          aria-label="Tick"
          min={0}
          max={last}
          value={Math.min(head.tick, last)}
          onChange={(event) => replay.seek(Number(event.target.value))}
        />
      </label>
      <div className="row" role="group" aria-label="Replay">
        <Step label="Previous game" sign="«" run={replay.previousGame} can={can.previousGame} />
        <Step label="Previous action" sign="‹" run={replay.previousAction} can={can.previousAction} />
        <button type="button" className="primary play" onClick={replay.toggle}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <Step label="Next action" sign="›" run={replay.nextAction} can={can.nextAction} />
        <Step label="Next game" sign="»" run={replay.nextGame} can={can.nextGame} />
        <label className="speed">
          <span aria-hidden="true">Speed</span>
          <select
            aria-label="Speed"
            value={speed}
            onChange={(event) => replay.setSpeed(Number(event.target.value))}
          >
            {SPEEDS.map((each) => (
              <option key={each} value={each}>
                {each}×
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

interface StepProps {
  label: string;
  sign: string;
  run: () => void;
  can: boolean;
}

function Step({ label, sign, run, can }: StepProps) {
  return (
    <button type="button" aria-label={label} title={label} disabled={!can} onClick={run}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
