import type { z } from 'zod';
import type { Variable } from './kinds.js';
import { variableGroups } from './variableGroups.js';

type Groups = typeof variableGroups;
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void
  ? I
  : never;
type Variables = UnionToIntersection<Groups[keyof Groups]>;

export type VariableName = keyof Variables;
/** Parsed values by variable name. */
export type Config<K extends VariableName = VariableName> = {
  [N in K]: Variables[N] extends { schema: infer S extends z.ZodType } ? z.infer<S> : never;
};

export const variables = Object.assign({}, ...Object.values(variableGroups)) as Record<
  VariableName,
  Variable
>;
