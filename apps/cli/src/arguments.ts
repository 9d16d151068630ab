import { readFileSync } from 'node:fs';
import {
  channelMatcher,
  channelPattern,
  EVENT_TYPES,
  gameIdSchema,
  RAW_PREFIX,
  replaySpeed,
  resumeToken,
  type ReplaySpeed,
} from '@vectra/protocol';
import { InvalidArgumentError } from 'commander';

/** Readers of arguments and options; each says what it expected. */

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1 on');
  return value;
}

export function peak(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('expected a multiplier, as in 10 or 2.5');
  return Number(text);
}

export function speed(text: string): ReplaySpeed {
  const parsed = replaySpeed.safeParse(text === 'max' ? text : Number(text));
  if (!parsed.success) throw new InvalidArgumentError('expected a number from 0.1 to 100, or max');
  return parsed.data;
}

export function place(text: string): string {
  if (!resumeToken.safeParse(text).success) {
    throw new InvalidArgumentError('expected the id of an event, as in 8f3a12bc:1042');
  }
  return text;
}

export function channels(text: string, before: string[] = []): string[] {
  const parsed = channelPattern.safeParse(text);
  if (!parsed.success)
    throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'expected a channel');
  // The gateway takes what no event is called yet; whoever types it waits for ever.
  const matches = channelMatcher([text]);
  if (!text.startsWith(RAW_PREFIX) && !EVENT_TYPES.some(matches))
    throw new InvalidArgumentError(`there are no such events; there are ${EVENT_TYPES.join(', ')}`);
  return [...before, text];
}

export function gameIds(text: string, before: string[] = []): string[] {
  if (!gameIdSchema.safeParse(text).success) {
    throw new InvalidArgumentError('expected a game id, as in 20251212-6114b2ff44ef4b71');
  }
  return [...before, text];
}

export function address(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('expected the address of a gateway, as in http://127.0.0.1:8080');
  }
  return text;
}

/** @returns the token in a file. */
export function tokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
