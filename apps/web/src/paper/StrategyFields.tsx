import { useState } from 'react';
import {
  groupsOf,
  KIND_NAMES,
  KIND_WORDS,
  STAKING_NAMES,
  stakingsOf,
  type Field,
  type Kind,
  type Staking,
} from './fields.js';
import { withKind, type Form } from './strategyForm.js';

interface StrategyFieldsProps {
  form: Form;
  problems: ReadonlyMap<string, string>;
  change: (form: Form) => void;
}

/** A strategy as a form; what is wrong with a field is said below it. */
export function StrategyFields({ form, problems, change }: StrategyFieldsProps) {
  const stakings = stakingsOf(form.kind);
  return (
    <div className="fields">
      <fieldset>
        <legend>Strategy</legend>
        <div className="field">
          <label htmlFor="field-kind">Kind</label>
          <select
            id="field-kind"
            value={form.kind}
            aria-describedby="field-kind-note"
            onChange={(event) => change(withKind(form, event.target.value as Kind))}
          >
            {Object.entries(KIND_NAMES).map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
          <span id="field-kind-note" className="hint">
            {KIND_WORDS[form.kind]}
          </span>
        </div>
        {stakings.length > 0 && (
          <label>
            Stakes
            <select
              value={form.staking}
              onChange={(event) => change({ ...form, staking: event.target.value as Staking })}
            >
              {stakings.map((staking) => (
                <option key={staking} value={staking}>
                  {STAKING_NAMES[staking]}
                </option>
              ))}
            </select>
          </label>
        )}
      </fieldset>
      {groupsOf(form.kind, form.staking).map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          {fields.map((field) => (
            <Input
              key={field.path}
              field={field}
              value={form.values[field.path] ?? ''}
              problem={problems.get(field.path)}
              change={(value) => change({ ...form, values: { ...form.values, [field.path]: value } })}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface InputProps {
  field: Field;
  value: string;
  problem: string | undefined;
  change: (value: string) => void;
}

function Input({ field, value, problem, change }: InputProps) {
  const [isTouched, setTouched] = useState(value !== '');
  const id = `field-${field.path.replace('.', '-')}`;
  const shown = isTouched ? problem : undefined;
  const note = `${id}-note`;
  const common = {
    id,
    value,
    'aria-invalid': shown !== undefined,
    'aria-describedby': note,
    spellCheck: false,
    onChange: ({ target }: { target: { value: string } }) => {
      setTouched(true);
      change(target.value);
    },
    onBlur: () => setTouched(true),
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        <span>
          {field.label}
          {!field.isRequired && <span className="optional"> optional</span>}
        </span>
      </label>
      <span className="typed">
        {field.as === 'params' ? (
          <textarea rows={3} {...common} />
        ) : (
          <input inputMode={field.as === 'text' ? 'text' : 'decimal'} {...common} />
        )}
        {field.unit !== '' && <span className="unit">{field.unit}</span>}
      </span>
      <span
        id={note}
        className={shown === undefined ? 'hint' : 'problem'}
        role={shown === undefined ? undefined : 'alert'}
      >
        {shown ?? field.hint ?? field.range}
      </span>
    </div>
  );
}
