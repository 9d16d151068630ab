import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ROLES, type Role } from '@vectra/protocol';

interface Grant {
  role: Role;
  hash: Buffer;
}

/** Who may do what. The gateway knows only the hashes of tokens: its environment gives none away. */
export class Tokens {
  readonly #grants: readonly Grant[];

  /** @param entries `<role>:sha256:<hex>`, as GATEWAY_TOKENS has them; checked when it is read. */
  constructor(entries: readonly string[]) {
    this.#grants = entries.map((entry) => {
      const [role = '', , hex = ''] = entry.split(':');
      return { role: ROLES.find((known) => known === role) ?? 'viewer', hash: Buffer.from(hex, 'hex') };
    });
  }

  get isEmpty(): boolean {
    return this.#grants.length === 0;
  }

  /**
   * The highest role a token has; undefined when it is not one of the tokens. The time it takes depends on neither the token nor
   * on which one it is.
   */
  roleOf(token: string): Role | undefined {
    const hash = hashOf(token);
    let highest = -1;
    for (const grant of this.#grants) {
      const isEqual = timingSafeEqual(hash, grant.hash);
      highest = Math.max(highest, isEqual ? ROLES.indexOf(grant.role) : -1);
    }
    return ROLES[highest];
  }
}

/** Whether a role includes another one. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/**
 * Makes a token of 256 random bits: that cannot be guessed from its hash, so the hash needs neither salt nor stretching.
 *
 * @returns the token, for whoever is to have it, and its entry for GATEWAY_TOKENS.
 */
export function newToken(role: Role): { token: string; entry: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, entry: `${role}:sha256:${hashOf(token).toString('hex')}` };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
