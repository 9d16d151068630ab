import { useState, type SubmitEvent } from 'react';
import { token } from './access.js';
import { Dialog } from './Dialog.js';
import { useStore } from './store.js';

/** Asks for a token; it is kept for this tab only. */
export function TokenInput({ given }: { given?: () => void }) {
  const [text, setText] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    token.set(text.trim());
    given?.();
  };
  return (
    <form className="token" onSubmit={submit}>
      <label>
        Token
        <input
          type="password"
          autoComplete="off"
          required
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit">Use it in this tab</button>
    </form>
  );
}

/** Stands where something would be that is not for everybody. */
export function TokenForm({ what, why }: { what: string; why: string }) {
  const given = useStore(token);
  return (
    <div className="empty">
      <p>A token is needed for {what}</p>
      <p className="quiet">{given === null ? why : `The token was refused: ${why}`}</p>
      <TokenInput />
    </div>
  );
}

/** Gives a token to this tab, or takes it away. */
export function TokenDialog({ closed }: { closed: () => void }) {
  const given = useStore(token);
  return (
    <Dialog title="Token" closed={closed}>
      {given === null ? (
        <>
          <p>
            The game, recordings and health are for everybody. Paper trading and what belongs to the own
            account may need a token, which whoever runs the gateway gives out. This tab keeps it until it is
            closed, and tells it only to the gateway.
          </p>
          <TokenInput given={closed} />
        </>
      ) : (
        <>
          <p>This tab has a token. It forgets it when it is closed, or now:</p>
          <p>
            <button type="button" onClick={() => token.set(null)}>
              Forget the token
            </button>
          </p>
        </>
      )}
    </Dialog>
  );
}
