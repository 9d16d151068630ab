import { z } from 'zod';

/**
 * A place in the log. `epoch` names one unbroken history of the log, `seq` counts its events from 1 without gaps.
 * Its text form `epoch:seq` is an event's `id` and the token with which a reader resumes.
 */
export interface Position {
  epoch: string;
  seq: number;
}

const POSITION = /^([0-9a-f]{4,32}):(0|[1-9]\d{0,15})$/;

export const resumeToken = z.string().regex(POSITION, 'expected <epoch>:<seq>, as in 8f3a12bc:1042');

/** `{epoch:'8f3a12bc', seq:1042}` -> `8f3a12bc:1042` */
export function formatPosition({ epoch, seq }: Position): string {
  return `${epoch}:${seq}`;
}

/** Reads a resume token; undefined when the text is not one. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text);
  return match?.[1] === undefined ? undefined : { epoch: match[1], seq: Number(match[2]) };
}
