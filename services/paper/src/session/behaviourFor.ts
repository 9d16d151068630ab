import type { Strategy } from '@vectra/protocol';
import type { Behaviour } from './behaviour.js';
import { builtIn } from './builtIn.js';

/** The behaviour of any strategy. @throws Error when there is none. */
export function behaviourFor(strategy: Strategy): Promise<Behaviour> {
  if (strategy.kind === 'plugin')
    return Promise.reject(new Error(`${strategy.name}: plug-ins cannot be played yet`));
  return Promise.resolve(builtIn(strategy));
}
