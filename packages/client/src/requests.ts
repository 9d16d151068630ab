import type { Command, Reply, ReplyOf } from '@vectra/protocol';
import type { Ask } from './connection.js';
import { GatewayError, type GatewayErrorCode } from './errors.js';

/** The gateway answers everything; a message that it did not look at, as one too many, may be without an answer. */
const ANSWER_MS = 30_000;

interface Pending {
  action: string;
  types: readonly string[];
  resolve: (reply: Reply) => void;
  reject: (error: GatewayError) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Commands that wait for their answer, which brings back their `ref`. */
export class Requests {
  readonly #pending = new Map<string, Pending>();
  #count = 0;

  /**
   * Sends a command and waits for an answer of one of the types. `answered` is called with it at once.
   *
   * @throws GatewayError when it is refused.
   */
  ask<T extends Reply['type']>(
    command: Ask,
    types: readonly T[],
    { send, answered }: { send: (command: Command) => void; answered?: (reply: ReplyOf<T>) => void },
  ): Promise<ReplyOf<T>> {
    const ref = String(++this.#count);
    return new Promise((resolve, reject) => {
      this.#pending.set(ref, {
        action: command.action,
        types,
        resolve: (reply) => {
          answered?.(reply as ReplyOf<T>);
          resolve(reply as ReplyOf<T>);
        },
        reject,
        timer: setTimeout(() => this.#giveUp(ref), ANSWER_MS),
      });
      send({ ...command, ref });
    });
  }

  /** An answer has come; one that nobody waits for changes nothing. */
  settle(reply: Reply): void {
    const pending = reply.ref === undefined ? undefined : this.#pending.get(reply.ref);
    if (pending === undefined || reply.ref === undefined) return;
    if (reply.type !== 'error' && !pending.types.includes(reply.type)) return;
    this.#pending.delete(reply.ref);
    clearTimeout(pending.timer);
    if (reply.type === 'error') pending.reject(new GatewayError(reply.code, reply.message));
    else pending.resolve(reply);
  }

  /** No answer comes any more. */
  failAll(code: GatewayErrorCode, why: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { action, reject, timer } of pending) {
      clearTimeout(timer);
      reject(
        new GatewayError(
          code,
          `${action}: ${why} before the answer; it may or may not have been carried out`,
        ),
      );
    }
  }

  #giveUp(ref: string): void {
    const pending = this.#pending.get(ref);
    this.#pending.delete(ref);
    pending?.reject(
      new GatewayError('no_answer', `${pending.action}: no answer within ${ANSWER_MS / 1000} s`),
    );
  }
}
