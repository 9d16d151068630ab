import { useEffect, useRef } from 'react';

/** Asks before a session is stopped. */
export function ConfirmStop({ close, stop }: { close: () => void; stop: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="stop-title" onClose={close}>
      <h2 id="stop-title">Stop this session?</h2>
      <p>
        It orders nothing more, for everybody who follows it. What is open is still settled, and it can be
        started again.
      </p>
      <div className="buttons">
        <button type="button" onClick={close}>
          Keep it running
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            close();
            stop();
          }}
        >
          Stop it
        </button>
      </div>
    </dialog>
  );
}
