import { memo, useEffect, useRef } from 'react';
import { plainSol } from '../app/figures.js';
import { multiplier } from '../app/words.js';
import type { Piano, Played } from './piano.js';
import { actionWords, amountOf, gainOf, signed, UNKNOWN } from './words.js';
import './actions.css';

interface ActionListProps {
  piano: Piano;
  /** Number of the newest action played; -1 before the first. */
  current: number;
  jump: (index: number) => void;
}

/** Every action of the session by its game; a click goes there. */
export const ActionList = memo(function ActionList({ piano, current, jump }: ActionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (list.current !== null) keepInSight(list.current);
  }, [current]);
  return (
    <section className="actions" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div className="legend quiet" aria-hidden="true">
        <span>Tick</span>
        <span>Action</span>
        <span>SOL</span>
        <span>Price</span>
        <span>P&L</span>
      </div>
      <div className="scroll" ref={list}>
        {piano.games.map(({ id, actions }, game) => (
          <div key={id}>
            <h3>
              Game {game + 1} <span className="quiet">{id}</span>
            </h3>
            <ol>
              {actions.map((played) => (
                <li key={played.index}>
                  <Row played={played} isCurrent={played.index === current} jump={jump} />
                </li>
              ))}
            </ol>
          </div>
        ))}
      </div>
    </section>
  );
});

interface RowProps {
  played: Played;
  isCurrent: boolean;
  jump: (index: number) => void;
}

const Row = memo(function Row({ played: { action, index }, isCurrent, jump }: RowProps) {
  const { action: kind, tick, price, pnl } = action;
  return (
    <button type="button" aria-current={isCurrent ? 'step' : undefined} onClick={() => jump(index)}>
      <span>{tick}</span>
      <span className={`kind ${kind.toLowerCase()}`}>{actionWords(kind)}</span>
      <span>{action.coin === null ? plainSol(action.amount) : amountOf(action)}</span>
      <span>{price === null ? UNKNOWN : `${multiplier(Number(price))}x`}</span>
      <span className={gainOf(pnl)}>{signed(pnl)}</span>
    </button>
  );
});

/** Scrolls the list alone: the page stays where it is. */
function keepInSight(list: HTMLElement): void {
  const row = list.querySelector<HTMLElement>('[aria-current]');
  if (row === null) return;
  const top = row.offsetTop - list.offsetTop;
  const isBelow = top + row.offsetHeight > list.scrollTop + list.clientHeight;
  if (top < list.scrollTop || isBelow) list.scrollTop = top - list.clientHeight / 2;
}
