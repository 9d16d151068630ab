import type { FastifyRequest } from 'fastify';
import type { Role } from '@vectra/protocol';
import { ApiError } from './errors.js';
import { includesRole, type Tokens } from './tokens.js';

const BEARER = /^Bearer +(\S+) *$/i;
const HOW =
  'set GATEWAY_TOKENS; `node services/gateway/dist/main.js token operator` prints a token and the entry for it';

/**
 * Lets a request through that brings a token of the role that is needed.
 *
 * @returns the role of the token.
 * @throws ApiError 401 without a token or with an unknown one; 403 when its role is not enough, or no tokens are configured.
 */
export function authorize(request: Pick<FastifyRequest, 'headers'>, tokens: Tokens, needed: Role): Role {
  if (tokens.isEmpty) throw new ApiError(403, 'no_tokens', `nobody may do this here: ${HOW}`);
  const { authorization } = request.headers;
  if (authorization === undefined)
    throw new ApiError(401, 'no_token', 'expected a header "Authorization: Bearer <token>", was none');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined)
    throw new ApiError(401, 'no_token', 'expected "Bearer <token>" in the header Authorization');
  const role = tokens.roleOf(token);
  if (role === undefined)
    throw new ApiError(401, 'unknown_token', 'this token is not one of those in GATEWAY_TOKENS');
  if (!includesRole(role, needed))
    throw new ApiError(403, 'not_allowed', `expected a token of the role ${needed}, was one of ${role}`);
  return role;
}
