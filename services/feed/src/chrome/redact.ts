/** Names of fields that hold what lets somebody act for the account. */
const SECRET_NAME = /token|secret|passw|authorization|credential|cookie|jwt|private_?key|api_?key/i;
/** A JSON Web Token, wherever it stands. */
const JWT = /\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g;
const HIDDEN = '[hidden]';
/** Deeper than anything upstream sends. */
const MAX_DEPTH = 32;

/** A copy without what could let somebody act for the account. Pure; the game's frames have nothing of the kind. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(JWT, HIDDEN);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      SECRET_NAME.test(name) ? HIDDEN : redact(part, depth + 1),
    ]),
  );
}
