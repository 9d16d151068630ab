import { multiplier } from '../app/words.js';
import type { Standing } from './piano.js';
import { gainOf, money, signed, UNKNOWN } from './words.js';

interface AccountProps {
  standing: Standing;
  /** The game's price at the playhead; undefined when it is not known. */
  price: number | undefined;
}

/** What the player had at the playhead, as the server stated it; a dash where it did not. */
export function Account({ standing, price }: AccountProps) {
  const { balance, position, pnl, gamePnl, unknown } = standing;
  return (
    <dl className="account" aria-label="How the player stands">
      <Figure name="Balance" unit="SOL" text={money(balance)} exact={balance} />
      <Figure name="Position" text={money(position)} exact={position} note={worth(position, price)} />
      <Figure name="P&L of the game" text={signed(gamePnl)} exact={gamePnl} tone={gainOf(gamePnl)} />
      <Figure
        name="P&L of the session"
        text={signed(pnl)}
        exact={pnl}
        tone={gainOf(pnl)}
        note={unknown === 0 ? '' : `and ${unknown} unknown`}
      />
    </dl>
  );
}

interface FigureProps {
  name: string;
  text: string;
  exact: string | null;
  unit?: string;
  tone?: string;
  note?: string;
}

export function Figure({ name, text, exact, unit = '', tone = '', note = '' }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={tone} title={exact ?? 'The server did not state it'}>
        {text}
        {unit !== '' && text !== UNKNOWN && <small> {unit}</small>}
        {note !== '' && <small className="note">{note}</small>}
      </dd>
    </div>
  );
}

function worth(position: string | null, price: number | undefined): string {
  if (position === null || Number(position) === 0 || price === undefined) return '';
  return `${money(String(Number(position) * price))} SOL at ${multiplier(price)}x`;
}
