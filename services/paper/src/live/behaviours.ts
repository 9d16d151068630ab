import type { Strategy } from '@vectra/protocol';
import type { Behaviour } from '../session/behaviour.js';

/** Makes the behaviour of one session. Rejects with an Error that says why, when there is none for the strategy. */
export type BehaviourOf = (strategy: Strategy) => Promise<Behaviour>;

/** Fails at its first call: a session that was saved, and whose plug-in is gone, stops with that message. */
export function failing(error: unknown): Behaviour {
  const fail = (): never => {
    throw error;
  };
  return { onGameStart: fail, onTick: fail };
}
