import type { Order } from '@vectra/game';
import type { View } from '../session/behaviour.js';

/** What a strategy can tell its plug-in, by name. */
export type Params = Record<string, number | string | boolean>;

/**
 * A strategy as a module: the default export of a file in the folder of plug-ins (`PAPER_PLUGINS_DIR`).
 *
 * It runs in a sandbox of its own for each session. There is no clock, no chance, no file, no network and no timer in it, so that the
 * same games always give the same orders. What is to be known at a later call belongs into `view.memory`: variables of the module do
 * not outlive a restart. An error stops the session.
 *
 * Each hook is called in the order of the game, and answers at once: with orders, or nothing.
 */
export interface Plugin<P extends Params = Params> {
  /** What a strategy can tell it (`params`), with the value each has when it does not; `{}` for nothing. */
  params: P;
  /** A game can be traded in: in its presale, or at the first tick seen of it. */
  onGameStart?(view: View, params: Readonly<P>): readonly Order[] | undefined;
  /** A tick that is not the rug. */
  onTick?(view: View, params: Readonly<P>): readonly Order[] | undefined;
  /** The rug; everything of this game is settled. Nothing can be ordered. */
  onGameEnd?(view: View, params: Readonly<P>): void;
}

/** The calls a plug-in can have. */
export const HOOKS = ['onGameStart', 'onTick', 'onGameEnd'] as const;
export type Hook = (typeof HOOKS)[number];

/** What a plug-in says of itself when it is loaded: its hooks, and its parameters with their defaults. */
export interface Description {
  hooks: Hook[];
  params: Params;
}

/** A plug-in cannot be loaded, or failed. The message names it, and the hook and the line where they are known. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}
