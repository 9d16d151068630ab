import type { FastifyRequest } from 'fastify';
import type { Role } from '@vectra/protocol';
import { ApiError } from './errors.js';
import { includesRole, type Tokens } from './tokens.js';

const BEARER = /^Bearer +(\S+) *$/i;
const HOW =
  'set GATEWAY_TOKENS; `node services/gateway/dist/main.js token operator` prints a token and the entry for it';

/** Where no tokens are configured, whoever reaches the port may do this much: see everything, and trade on paper. */
const WITHOUT_TOKENS: Role = 'trader';

type Asking = Pick<FastifyRequest, 'headers'>;

/**
 * What whoever asks may do.
 *
 * @returns the role of the token; undefined without one: then what is for everybody.
 * @throws ApiError 401 when the token is in no entry, or the header is none that brings one.
 */
export function roleOf({ headers: { authorization } }: Asking, tokens: Tokens): Role | undefined {
  if (tokens.isEmpty) return WITHOUT_TOKENS;
  if (authorization === undefined) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined)
    throw new ApiError(401, 'no_token', 'expected "Bearer <token>" in the header Authorization');
  const role = tokens.roleOf(token);
  if (role === undefined)
    throw new ApiError(401, 'unknown_token', 'this token is not one of those in GATEWAY_TOKENS');
  return role;
}

/**
 * Lets a request through that may do what is needed.
 *
 * @returns the role it has.
 * @throws ApiError 401 without a token or with an unknown one; 403 when its role is not enough, or nobody can have it as no tokens are
 *   configured.
 */
export function authorize(request: Asking, tokens: Tokens, needed: Role): Role {
  const role = roleOf(request, tokens);
  if (role === undefined)
    throw new ApiError(401, 'no_token', 'expected a header "Authorization: Bearer <token>", was none');
  if (includesRole(role, needed)) return role;
  if (tokens.isEmpty) throw new ApiError(403, 'no_tokens', `nobody may do this here: ${HOW}`);
  throw new ApiError(403, 'not_allowed', `expected a token of the role ${needed}, was one of ${role}`);
}
