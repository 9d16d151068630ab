import { useMemo } from 'react';
import { Curves } from '../app/Curves.js';
import { count, percent, sol } from '../app/figures.js';
import { equityOf, type Known } from './history.js';

/** The wallet of one session after each game; of several as shares of what each began with. */
export function EquityCurve({ sessions }: { sessions: readonly Known[] }) {
  const isOne = sessions.length === 1;
  const lines = useMemo(
    () => sessions.map((known) => ({ name: known.session.session_id, values: valuesOf(known, isOne) })),
    // Lines are replaced when there are new ones; everything else of a session changes with each price.
    [sessions.map(({ first, lines }) => `${first} ${lines.length}`).join()],
  );
  const first = sessions[0];
  if (first === undefined) return null;
  if (lines.every(({ values }) => values.length < 2))
    return <p className="quiet">Drawn once a game is over in which the session could trade.</p>;
  const games = Math.max(...lines.map(({ values }) => values.length - 1));
  const label = lines
    .map(
      ({ name, values }) => `${name}: ${isOne ? sol(values.at(-1) ?? 0) : percent((values.at(-1) ?? 1) - 1)}`,
    )
    .join(', ');
  return (
    <Curves
      lines={lines}
      base={isOne ? Number(first.session.initial_balance) : 1}
      label={`Wallets over ${count(games)} games; ${label}`}
      show={isOne ? sol : (value) => percent(value - 1)}
      filled={isOne}
    />
  );
}

function valuesOf(known: Known, isOne: boolean): number[] {
  const wallets = equityOf(known);
  return isOne ? wallets : wallets.map((wallet) => wallet / Number(known.session.initial_balance));
}
