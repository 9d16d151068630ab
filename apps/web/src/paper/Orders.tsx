import type { OrderResult, PaperTrading } from '@vectra/client';
import type { PaperSession } from '@vectra/protocol';
import { useState } from 'react';
import { useKeys } from '../app/keys.js';
import { useSession } from '../app/session.js';
import { useStore } from '../app/store.js';
import type { LiveState } from '../connection/state.js';
import type { Followed } from './follower.js';
import { blockedBecause, closedBecause, type Side } from './orderRules.js';
import { ORDER_NAMES, refusalWords, resultWords } from './words.js';

const QUICK = ['0.001', '0.01', '0.05', '0.1'];

interface OrdersProps {
  followed: Followed;
  session: PaperSession;
  live: LiveState;
}

/** What came of the last order. */
interface Answer {
  words: string;
  isRefusal: boolean;
}

/** Orders by hand. Each is sent once, when somebody presses; what it came to is said in words. */
export function Orders({ followed, session, live }: OrdersProps) {
  const { link } = useStore(useSession());
  const [amount, setAmount] = useState('0.01');
  const [quantity, setQuantity] = useState('');
  const [sent, setSent] = useState<Side | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const { trading, refusal } = followed;
  const closed =
    refusal ??
    closedBecause(session, live, link.state === 'live') ??
    (trading === null ? 'joining the session' : null) ??
    (sent === null ? null : `the ${ORDER_NAMES[sent].toLowerCase()} is on its way`);
  const blocked = (side: Side): string | null =>
    blockedBecause(side, side === 'sell' ? quantity : amount, session, live);
  const give = (side: Side): void => {
    const reason = closed ?? blocked(side);
    if (reason !== null || trading === null) {
      setAnswer({ words: `Not sent: ${reason ?? 'joining the session'}.`, isRefusal: true });
      return;
    }
    setSent(side);
    setAnswer(null);
    send(trading, side, (side === 'sell' ? quantity : amount).trim())
      .then(({ bet }) => setAnswer({ words: resultWords(bet), isRefusal: false }))
      .catch((error: unknown) => setAnswer({ words: refusalWords(error), isRefusal: true }))
      .finally(() => setSent(null));
  };
  useKeys([
    { keys: ['b'], does: 'Buys for the amount', run: () => give('buy') },
    { keys: ['s'], does: 'Sells what is held, or the quantity', run: () => give('sell') },
    { keys: ['d'], does: 'Places a sidebet of the amount', run: () => give('sidebet') },
  ]);
  const button = (side: Side) => (
    <OrderButton
      side={side}
      why={closed === null ? blocked(side) : null}
      isClosed={closed !== null}
      give={give}
    />
  );
  return (
    <section className="orders" aria-labelledby="orders">
      <h2 id="orders">Orders by hand</h2>
      <label>
        Amount, SOL
        <input inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value)} />
      </label>
      <div className="quick" role="group" aria-label="Quick amounts">
        {QUICK.map((one) => (
          <button key={one} type="button" aria-pressed={amount === one} onClick={() => setAmount(one)}>
            {one}
          </button>
        ))}
      </div>
      <div className="sides">
        {button('buy')}
        {button('sidebet')}
      </div>
      <label>
        Quantity to sell (empty: all)
        <input inputMode="decimal" value={quantity} onChange={(event) => setQuantity(event.target.value)} />
      </label>
      <div className="quick" role="group" aria-label="Quick quantities">
        <button
          type="button"
          disabled={session.position === null}
          onClick={() => setQuantity(halfOf(session))}
        >
          Half
        </button>
        <button type="button" aria-pressed={quantity === ''} onClick={() => setQuantity('')}>
          All
        </button>
      </div>
      <div className="sides">{button('sell')}</div>
      {closed !== null && <p className="why">Closed: {closed}.</p>}
      <p
        className={answer?.isRefusal === true ? 'answer refused' : 'answer'}
        role="status"
        aria-live="polite"
      >
        {answer?.words ?? ''}
      </p>
    </section>
  );
}

interface OrderButtonProps {
  side: Side;
  /** Why just this order can't be carried out. */
  why: string | null;
  /** Nothing can be ordered; that is said once, for all. */
  isClosed: boolean;
  give: (side: Side) => void;
}

const KEYS: Record<Side, string> = { buy: 'B', sell: 'S', sidebet: 'D' };

function OrderButton({ side, why, isClosed, give }: OrderButtonProps) {
  const id = `why-${side}`;
  return (
    <div>
      <button
        type="button"
        className={side}
        disabled={isClosed || why !== null}
        aria-describedby={why === null ? undefined : id}
        onClick={() => give(side)}
      >
        {ORDER_NAMES[side]} <kbd aria-hidden="true">{KEYS[side]}</kbd>
      </button>
      {why !== null && (
        <p id={id} className="why">
          {why}
        </p>
      )}
    </div>
  );
}

function send(trading: PaperTrading, side: Side, typed: string): Promise<OrderResult> {
  if (side === 'sell') return trading.sell(typed === '' ? undefined : typed);
  return side === 'buy' ? trading.buy(typed) : trading.sidebet(typed);
}

/** Half of what is held, cut to the nine decimals that the service takes. */
function halfOf({ position }: PaperSession): string {
  return position === null ? '' : (Math.floor((Number(position.qty) / 2) * 1e9) / 1e9).toFixed(9);
}
