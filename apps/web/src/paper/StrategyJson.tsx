import { useState } from 'react';
import { formOf, parseStrategy, written, type Form } from './strategyForm.js';

interface StrategyJsonProps {
  form: Form;
  change: (form: Form) => void;
  /** Whether what is typed is no strategy: the form still has the one before. */
  setBad: (isBad: boolean) => void;
}

/** A strategy as JSON, to be copied, or pasted over. */
export function StrategyJson({ form, change, setBad }: StrategyJsonProps) {
  const [text, setText] = useState(() => JSON.stringify(written(form), null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  const [isCopied, setCopied] = useState(false);
  const take = (typed: string): void => {
    setText(typed);
    setCopied(false);
    try {
      change(formOf(parseStrategy(typed)));
      setProblem(null);
      setBad(false);
    } catch (error) {
      setBad(true);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setProblem('The browser does not let this page copy: select the text and copy it.'),
    );
  };
  return (
    <div className="json">
      <label htmlFor="strategy-json">Strategy as JSON; what `paper backtest --strategy` takes</label>
      <textarea
        id="strategy-json"
        rows={14}
        spellCheck={false}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby="json-problem"
        onChange={(event) => take(event.target.value)}
      />
      <p id="json-problem" className={problem === null ? 'hint' : 'problem'} role="status" aria-live="polite">
        {problem ?? (isCopied ? 'Copied.' : 'It fits.')}
      </p>
      <button type="button" onClick={copy}>
        Copy
      </button>
    </div>
  );
}
