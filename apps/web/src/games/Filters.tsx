import { useEffect, useState, type RefObject, type SubmitEvent } from 'react';
import { goTo, hrefOf } from '../app/route.js';
import { FILTERS, hasFilters, withFilters, withoutFilters, type Filter } from './search.js';

interface FiltersProps {
  search: URLSearchParams;
  /** What the gateway says of filters that do not fit, by their names; of all of them by `''`. */
  problems: ReadonlyMap<string, string>;
  place: RefObject<HTMLFormElement | null>;
}

type Values = Record<Filter, string>;

const LABELS: Record<Filter, string> = {
  from: 'From (UTC)',
  to: 'To (UTC)',
  minPeak: 'Peak from',
  maxPeak: 'Peak to',
  minTicks: 'Ticks from',
  maxTicks: 'Ticks to',
  verified: 'Seed',
  complete: 'Ticks known',
};
const CHOICES: Partial<Record<Filter, readonly [value: string, words: string][]>> = {
  verified: [
    ['true', 'agrees'],
    ['false', 'disagrees'],
    ['unknown', 'not known yet'],
  ],
  complete: [
    ['true', 'all'],
    ['false', 'not all'],
  ],
};
const DAY = /^(\d{4}-\d\d-\d\d)?$/;

/** Which games are shown. What is chosen goes into the address, and so into a link to it. */
export function Filters({ search, problems, place }: FiltersProps) {
  const [values, setValues] = useState(valuesOf(search));
  const key = search.toString();
  useEffect(() => setValues(valuesOf(new URLSearchParams(key))), [key]);

  const apply = (changed: Values): void => {
    const next = withFilters(search, changed);
    if (next.toString() !== key) goTo(hrefOf('games', null, next));
  };
  const set = (name: Filter, value: string, isDone: boolean): void => {
    const changed = { ...values, [name]: value };
    setValues(changed);
    if (isDone) apply(changed);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    apply(values);
  };
  const general = problems.get('');
  return (
    <form ref={place} className="filters" aria-label="Filters" onSubmit={submit}>
      {FILTERS.map((name) => (
        <Field
          key={name}
          name={name}
          value={values[name]}
          problem={problems.get(name)}
          set={(value, isDone) => set(name, value, isDone)}
          leave={() => apply(values)}
        />
      ))}
      <div className="actions">
        <button type="submit">Filter</button>
        {hasFilters(search) && (
          <button type="button" onClick={() => goTo(hrefOf('games', null, withoutFilters(search)))}>
            Clear
          </button>
        )}
      </div>
      {general !== undefined && (
        <p className="bad" role="alert">
          {general}
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  name: Filter;
  value: string;
  problem: string | undefined;
  /** @param isDone it counts at once; otherwise somebody is typing. */
  set: (value: string, isDone: boolean) => void;
  leave: () => void;
}

function Field({ name, value, problem, set, leave }: FieldProps) {
  const id = `filter-${name}`;
  const choices = CHOICES[name];
  const told = { 'aria-invalid': problem !== undefined, 'aria-describedby': `${id}-problem` };
  return (
    <div className="field">
      <label htmlFor={id}>{LABELS[name]}</label>
      {choices === undefined ? (
        <input
          {...told}
          id={id}
          type={typeOf(name, value)}
          inputMode={name.endsWith('Peak') ? 'decimal' : 'numeric'}
          autoComplete="off"
          // An empty field takes every game, as the first choice of a list does.
          placeholder="any"
          value={value}
          onChange={(event) => set(event.target.value, event.target.type === 'date')}
          onBlur={leave}
        />
      ) : (
        <select {...told} id={id} value={value} onChange={(event) => set(event.target.value, true)}>
          <option value="">any</option>
          {withOwn(choices, value).map(([each, words]) => (
            <option key={each} value={each}>
              {words}
            </option>
          ))}
        </select>
      )}
      <span id={`${id}-problem`} className="bad">
        {problem}
      </span>
    </div>
  );
}

/** A date field would hide what is no day, such as an exact time in a link. */
function typeOf(name: Filter, value: string): 'date' | 'text' {
  return (name === 'from' || name === 'to') && DAY.test(value) ? 'date' : 'text';
}

/** The address may have a value that is none of the choices: it is shown, with what the gateway says of it. */
function withOwn(choices: readonly [string, string][], value: string): readonly [string, string][] {
  const isKnown = value === '' || choices.some(([known]) => known === value);
  return isKnown ? choices : [...choices, [value, value]];
}

function valuesOf(search: URLSearchParams): Values {
  return Object.fromEntries(FILTERS.map((name) => [name, search.get(name) ?? ''])) as Values;
}
