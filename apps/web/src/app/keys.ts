import { useEffect, useRef } from 'react';
import { createStore } from './store.js';

/** A key and what it does; `keys` as `KeyboardEvent.key` names them. */
export interface Key {
  keys: readonly string[];
  /** How it is written in the list of keys, where that is not `keys[0]`. */
  shown?: string;
  does: string;
  run: () => void;
}

/** The keys that work now, those of the shell first. */
export const activeKeys = createStore<readonly Key[]>([]);

/** Listens for these keys while the component is there. None works while somebody types, or with a modifier but Shift. */
export function useKeys(keys: readonly Key[]): void {
  const newest = useRef(keys);
  newest.current = keys;
  useEffect(() => {
    // What is listed stays; what it does is that of the newest rendering.
    const listed = newest.current.map((key, index) => ({ ...key, run: () => newest.current[index]?.run() }));
    activeKeys.set([...activeKeys.read(), ...listed]);
    return () => activeKeys.set(activeKeys.read().filter((key) => !listed.includes(key)));
  }, []);
}

/** Starts to listen, once for the page. */
export function startKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
    const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const key = activeKeys.read().findLast(({ keys }) => keys.includes(wanted));
    if (key === undefined) return;
    event.preventDefault();
    key.run();
  });
}

/** Space and arrows belong to the control that has the focus, if it uses them. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('textarea, select, dialog') !== null) return true;
  if (target instanceof HTMLInputElement) return target.type !== 'range' || key.startsWith('Arrow');
  return (key === ' ' || key === 'Enter') && target.closest('button, a, summary') !== null;
}
