/** Who wants to be told what: `L` names each thing told, and its type. */
export class Listeners<L> {
  readonly #sets = new Map<keyof L, Set<(value: never) => void>>();

  /** Calls the listener from now on; the function returned ends that. */
  on<K extends keyof L>(name: K, listener: (value: L[K]) => void): () => void {
    const set = this.#sets.get(name) ?? new Set();
    this.#sets.set(name, set.add(listener));
    return () => set.delete(listener);
  }

  emit<K extends keyof L>(name: K, value: L[K]): void {
    for (const listener of (this.#sets.get(name) ?? []) as Iterable<(value: L[K]) => void>) listener(value);
  }
}
