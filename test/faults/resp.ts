const CR = 13;
const NOT_YET = -1;

/** Cuts a stream of the Redis protocol (RESP2) into whole messages: commands in one direction, replies in the other. */
export class Messages {
  #rest: Buffer = Buffer.alloc(0);

  /** Takes in what arrived; answers with the messages it completes. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    let from = 0;
    for (let end = endOf(bytes, from); end !== NOT_YET; end = endOf(bytes, from)) {
      messages.push(bytes.subarray(from, end));
      from = end;
    }
    this.#rest = bytes.subarray(from);
    return messages;
  }
}

/** Offset after the message that begins at `from`; -1 when it is not all there. */
function endOf(bytes: Buffer, from: number): number {
  const line = bytes.indexOf(CR, from);
  if (line === -1 || line + 2 > bytes.length) return NOT_YET;
  const body = line + 2;
  const kind = String.fromCharCode(bytes[from] ?? 0);
  if (kind !== '$' && kind !== '*') return body;
  const length = Number(bytes.toString('latin1', from + 1, line));
  if (length < 0) return body;
  if (kind === '$') return body + length + 2 <= bytes.length ? body + length + 2 : NOT_YET;
  let end = body;
  for (let i = 0; i < length && end !== NOT_YET; i++) end = endOf(bytes, end);
  return end;
}
