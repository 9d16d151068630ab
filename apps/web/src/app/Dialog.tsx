import { useEffect, useRef, type ReactNode } from 'react';

interface DialogProps {
  /** Its heading. */
  title: string;
  /** What is to be done when it was closed: by its button, by Escape, or by a click beside it. */
  closed: () => void;
  children: ReactNode;
}

/** A modal dialog for as long as it is there; the focus goes back to where it was. */
export function Dialog({ title, closed, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // Only the element's own close gives the focus back.
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onClose={closed}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
