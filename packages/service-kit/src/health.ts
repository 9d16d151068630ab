export interface HealthCheck {
  ok: boolean;
  detail?: string;
}

/** The named conditions under which a service is ready. A service states each as it changes. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();

  /** States a condition; `detail` says in words what is wrong, or how it is. */
  set(name: string, ok: boolean, detail?: string): void {
    this.#checks.set(name, detail === undefined ? { ok } : { ok, detail });
  }

  get ok(): boolean {
    return [...this.#checks.values()].every((check) => check.ok);
  }

  get checks(): Record<string, HealthCheck> {
    return Object.fromEntries(this.#checks);
  }
}
