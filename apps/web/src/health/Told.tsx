import type { Health, Problem } from '@vectra/client';
import { StateIcon } from './StateIcon.js';
import type { Part } from './system.js';

interface ToldProps {
  health: Health;
  partOf: (problem: Problem) => Part | undefined;
  show: (part: Part | undefined) => void;
}

/** What is wrong, and what to do about it; then what should be known. */
export function Told({ health, partOf, show }: ToldProps) {
  const { problems, notes } = health;
  const lists = [
    { title: 'Problems', state: 'problem', about: problems },
    { title: 'Notes', state: 'note', about: notes },
  ] as const;
  return lists
    .filter(({ about }) => about.length > 0)
    .map(({ title, state, about }) => (
      <section key={title} className={`told ${state}`} aria-label={title}>
        <ul>
          {about.map((problem) => (
            <li key={`${problem.part} ${problem.message}`}>
              <StateIcon state={state} />
              <div>
                <p>{problem.message}</p>
                <p className="quiet">
                  <strong>What to do:</strong> {problem.remedy}
                </p>
              </div>
              <PartButton part={partOf(problem)} show={show} />
            </li>
          ))}
        </ul>
      </section>
    ));
}

function PartButton({ part, show }: { part: Part | undefined; show: ToldProps['show'] }) {
  if (part === undefined) return null;
  return (
    <button type="button" onClick={() => show(part)}>
      Show {part.name}
    </button>
  );
}
