import { verdictWords } from './words.js';

/** Whether a game's prices are those of its seed, in one sign. */
export function Verdict({ verified }: { verified: boolean | null }) {
  const [sign, tone] = verified === null ? ['–', 'quiet'] : verified ? ['✓', 'gain'] : ['≠', 'bad'];
  const words = verdictWords(verified);
  return (
    <span className={tone} role="img" aria-label={words} title={words}>
      {sign}
    </span>
  );
}
