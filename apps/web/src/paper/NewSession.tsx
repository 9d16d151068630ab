import { paperSessionId, type Strategy } from '@vectra/protocol';
import { useState, type SubmitEvent } from 'react';
import { api, token } from '../app/access.js';
import { useResource, failureOf } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { useSession } from '../app/session.js';
import { TokenForm } from '../app/States.js';
import { useStore } from '../app/store.js';
import { PRESETS } from './presets.js';
import { StrategyFields } from './StrategyFields.js';
import { check, idFrom, type Form } from './strategyForm.js';
import { StrategyJson } from './StrategyJson.js';
import { refusalWords } from './words.js';

const FIRST = PRESETS[0]?.form ?? { kind: 'observer', staking: 'fixed', values: {} };

/** Makes a session: a preset to begin from, its strategy as a form or as JSON, and a name for it. */
export function NewSession() {
  const given = useStore(token);
  const { resource } = useResource(`sessions by name ${given ?? ''}`, () => api().sessions());
  const [form, setForm] = useState<Form>(FIRST);
  const [typedId, setTypedId] = useState<string | null>(null);
  const [isShown, setShown] = useState<'form' | 'json'>('form');
  const [isJsonBad, setJsonBad] = useState(false);
  const [presets, setPresets] = useState(0);
  const taken = (resource.value ?? []).map(({ session_id: id }) => id);
  const id = typedId ?? idFrom(form.values.name ?? '', taken);
  const checked = check(form);
  if (resource.state === 'failed' && failureOf(resource.error) === 'unauthorized')
    return <TokenForm what="paper trading" why={resource.error.message} />;
  const choose = (next: Form): void => {
    setForm(next);
    setTypedId(null);
    setJsonBad(false);
    setPresets(presets + 1);
  };
  const show = (what: 'form' | 'json'): void => {
    setShown(what);
    setJsonBad(false);
  };
  return (
    <>
      <nav className="crumbs" aria-label="Paper trading">
        <a href={hrefOf('paper')}>Sessions</a>
      </nav>
      <section className="new" aria-labelledby="new">
        <h1 id="new">New session</h1>
        <Presets form={form} choose={choose} />
        <div className="tabs" role="group" aria-label="Strategy">
          <button type="button" aria-pressed={isShown === 'form'} onClick={() => show('form')}>
            Form
          </button>
          <button type="button" aria-pressed={isShown === 'json'} onClick={() => show('json')}>
            As JSON
          </button>
        </div>
        {isShown === 'form' ? (
          <StrategyFields key={presets} form={form} problems={checked.problems} change={setForm} />
        ) : (
          <StrategyJson key={presets} form={form} change={setForm} setBad={setJsonBad} />
        )}
        <Start id={id} setId={setTypedId} taken={taken} strategy={isJsonBad ? undefined : checked.strategy} />
      </section>
    </>
  );
}

function Presets({ form, choose }: { form: Form; choose: (form: Form) => void }) {
  return (
    <div className="presets" role="group" aria-label="Presets">
      {PRESETS.map((preset) => (
        <button
          key={preset.title}
          type="button"
          aria-pressed={preset.form === form}
          onClick={() => choose(preset.form)}
        >
          <strong>{preset.title}</strong>
          <span>{preset.about}</span>
        </button>
      ))}
    </div>
  );
}

interface StartProps {
  id: string;
  setId: (id: string) => void;
  taken: readonly string[];
  /** undefined while something is wrong with it. */
  strategy: Strategy | undefined;
}

function Start({ id, setId, taken, strategy }: StartProps) {
  const connection = useStore(useSession().connection);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wrong = idProblem(id, taken);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (strategy === undefined || wrong !== null || connection === null || isBusy) return;
    setBusy(true);
    setProblem(null);
    connection
      .joinLive(id, strategy)
      .then(() => goTo(hrefOf('paper', id)))
      .catch((error: unknown) => setProblem(refusalWords(error)))
      .finally(() => setBusy(false));
  };
  const why =
    strategy === undefined
      ? 'Something in the strategy does not fit yet.'
      : connection === null
        ? 'Not connected to the gateway.'
        : null;
  return (
    <form className="start" onSubmit={submit}>
      <label>
        Session id
        <input
          value={id}
          aria-invalid={wrong !== null}
          aria-describedby="id-problem"
          spellCheck={false}
          onChange={(event) => setId(event.target.value)}
        />
        <span id="id-problem" className={wrong === null ? 'hint' : 'problem'}>
          {wrong ?? 'its address here, and in scripts'}
        </span>
      </label>
      <button type="submit" className="primary" disabled={why !== null || wrong !== null || isBusy}>
        {isBusy ? 'Starting…' : 'Start session'}
      </button>
      <p className={problem === null ? 'quiet' : 'bad'} role="status" aria-live="polite">
        {problem ?? why ?? ''}
      </p>
    </form>
  );
}

function idProblem(id: string, taken: readonly string[]): string | null {
  const parsed = paperSessionId.safeParse(id);
  if (!parsed.success) return `${parsed.error.issues[0]?.message ?? 'expected a session id'}, was "${id}"`;
  return taken.includes(id)
    ? `there is a session ${id} already, which would go on with its own strategy: choose another id`
    : null;
}
