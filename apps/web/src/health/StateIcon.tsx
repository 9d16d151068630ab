import { STATE_WORDS, type PartState } from './system.js';

const GLYPHS: Record<PartState, string> = { well: '✓', note: 'i', problem: '!', unknown: '?' };

/** A state by its form as well as by its colour. @param words says it too. */
export function StateIcon({ state, words = false }: { state: PartState; words?: boolean }) {
  return (
    <span className={`state ${state}`}>
      <span className="icon" aria-hidden="true">
        {GLYPHS[state]}
      </span>
      <span className={words ? '' : 'unseen'}>{STATE_WORDS[state]}</span>
    </span>
  );
}
