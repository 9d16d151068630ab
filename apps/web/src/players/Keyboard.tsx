import type { ButtonState } from './buttons.js';
import { actionWords, amountOf, UNKNOWN } from './words.js';

/** The game's buttons, pressed as the player pressed them. They do nothing: nobody can trade with them. */
export function Keyboard({ buttons }: { buttons: readonly ButtonState[] }) {
  return (
    <div className="keyboard" role="group" aria-label="The player's buttons">
      {buttons.map(({ name, isPressed, last, told }) => (
        <div key={name} className={name.toLowerCase()}>
          <button
            type="button"
            disabled
            aria-pressed={isPressed}
            title="As the player pressed it; it does nothing here"
          >
            <b>{name}</b>
            <span>{last === null ? UNKNOWN : amountOf(last)}</span>
          </button>
          <p className="told">
            {told !== null &&
              (told.action === 'SIDEBET_LOSE'
                ? actionWords(told.action)
                : `${actionWords(told.action)} ${amountOf(told)}`)}
          </p>
        </div>
      ))}
    </div>
  );
}
