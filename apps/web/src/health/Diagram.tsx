import { ageWords } from './ages.js';
import { StateIcon } from './StateIcon.js';
import type { Figure, Part, System } from './system.js';

interface DiagramProps {
  system: System;
  /** Unix ms by the gateway's clock. */
  now: number;
  /** The id of the part whose details are shown. */
  chosen: string | null;
  choose: (id: string | null) => void;
}

/** Boxes and arrows in the direction of the events: from left to right, on a phone from top to bottom. */
export function Diagram({ system: { sources, feed, log, consumers }, ...rest }: DiagramProps) {
  const stages = [
    { title: 'Sources', parts: sources },
    { title: 'Feed', parts: [feed] },
    { title: 'Log', parts: [log] },
    { title: 'Services', parts: consumers },
  ];
  return (
    <section className="system" aria-labelledby="system-title">
      <h2 id="system-title">The system</h2>
      <ol className="flow">
        {stages.map(({ title, parts }) => (
          <li key={title} className="stage">
            <h3>{title}</h3>
            <ul>
              {parts.map((part) => (
                <li key={part.id}>
                  <span className="trunk" aria-hidden="true" />
                  <span className="head" aria-hidden="true" />
                  <Box part={part} {...rest} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Box({ part, now, chosen, choose }: { part: Part } & Omit<DiagramProps, 'system'>) {
  const isChosen = part.id === chosen;
  return (
    <article className={`part ${part.state}`}>
      <div className="name">
        <h4>
          <button
            type="button"
            aria-expanded={isChosen}
            aria-controls={isChosen ? 'details' : undefined}
            onClick={() => choose(isChosen ? null : part.id)}
          >
            {part.name}
          </button>
        </h4>
        <StateIcon state={part.state} words />
      </div>
      <p className="says">{part.says}</p>
      <Figures figures={part.figures} now={now} />
    </article>
  );
}

export function Figures({ figures, now }: { figures: readonly Figure[]; now: number }) {
  return (
    <dl>
      {figures.map((figure) => (
        <div key={figure.label}>
          <dt>{figure.label}</dt>
          <dd>{'at' in figure ? ageWords(now - figure.at) : figure.value}</dd>
        </div>
      ))}
    </dl>
  );
}
