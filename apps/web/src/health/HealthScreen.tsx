import type { Health } from '@vectra/client';
import { useEffect, useState } from 'react';
import { api } from '../app/access.js';
import { useResource } from '../app/resource.js';
import { goTo, hrefOf, useRoute } from '../app/route.js';
import { Loaded } from '../app/States.js';
import { Time } from '../app/Time.js';
import { ageWords } from './ages.js';
import { Details } from './Details.js';
import { Diagram } from './Diagram.js';
import { partOf, partsOf, systemOf, type Part, type System } from './system.js';
import { Told } from './Told.js';
import './details.css';
import './health.css';

const ASKED_EVERY_MS = 2_000;

/** What the gateway told, and when that came, by this machine's clock. */
interface Answer {
  health: Health;
  receivedAt: number;
}

/** The system as it is: what is wrong and what to do, then every part of it. */
export default function HealthScreen() {
  const { resource, reload } = useResource<Answer>('health', ask, ASKED_EVERY_MS);
  const isAway = resource.state === 'failed';
  if (resource.value === undefined) {
    return (
      <main>
        <h1>Health</h1>
        <Loaded resource={resource} what="how the system is" retry={reload}>
          {() => null}
        </Loaded>
      </main>
    );
  }
  return <Report answer={resource.value} isAway={isAway} />;
}

async function ask(): Promise<Answer> {
  const health = await api().health();
  return { health, receivedAt: Date.now() };
}

function Report({ answer: { health, receivedAt }, isAway }: { answer: Answer; isAway: boolean }) {
  const passed = Math.max(0, useClock() - receivedAt);
  const [chosen, choose] = useChosen();
  const system = systemOf(health);
  const part = partsOf(system).find(({ id }) => id === chosen);
  const show = (about: Part | undefined): void => choose(about?.id ?? null);
  // As seconds pass here they pass at the gateway, whatever its clock says.
  const now = health.at + passed;
  return (
    <main className={isAway ? 'away' : ''}>
      <Verdict health={health} isAway={isAway} passed={passed} receivedAt={receivedAt} />
      <Told health={health} partOf={(problem) => partOf(system, problem)} show={show} />
      <Diagram system={system} now={now} chosen={part?.id ?? null} choose={choose} />
      {part === undefined ? (
        <Hint system={system} />
      ) : (
        <Details part={part} now={now} close={() => choose(null)} />
      )}
    </main>
  );
}

interface VerdictProps {
  health: Health;
  isAway: boolean;
  /** Milliseconds since the answer came. */
  passed: number;
  receivedAt: number;
}

function Verdict({ health, isAway, passed, receivedAt }: VerdictProps) {
  const tone = isAway ? 'unknown' : health.status;
  return (
    <header className={`verdict ${tone}`}>
      <div role="status">
        <h1>{isAway ? 'The gateway does not answer' : verdictWords(health)}</h1>
      </div>
      <p className="quiet">
        {isAway ? (
          <>
            Below is how it stood {ageWords(passed)}, at <Time at={receivedAt} only="time" />. It is asked
            again every {ASKED_EVERY_MS / 1000} s by itself. Is it running?
          </>
        ) : (
          <>
            As of <Time at={receivedAt} only="time" />
          </>
        )}
      </p>
    </header>
  );
}

function verdictWords({ status, problems }: Health): string {
  if (status === 'ok') return 'All is well';
  if (status === 'down') return 'Down: nothing can arrive';
  return problems.length === 1 ? 'One thing needs attention' : `${problems.length} things need attention`;
}

function Hint({ system }: { system: System }) {
  return (
    <p className="quiet hint">
      {partsOf(system).length} parts. Choose one for its instances, conditions and figures.
    </p>
  );
}

/** The part whose details are shown is in the address, so that it can be sent to somebody. */
function useChosen(): [string | null, (id: string | null) => void] {
  const { query } = useRoute();
  const choose = (id: string | null): void =>
    goTo(hrefOf('health', null, id === null ? undefined : new URLSearchParams({ part: id })), true);
  return [query.get('part'), choose];
}

/** This machine's time, every second. */
function useClock(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
