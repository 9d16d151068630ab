import type { DeliveryMode, Event } from '@vectra/protocol';
import { EventLines, titles } from './eventLine.js';
import { connected, type Target } from './gateway.js';
import type { Output } from './output.js';

export interface TailOptions {
  channels: string[];
  since?: string;
  mode: DeliveryMode;
  /** Ends after so many events. */
  count?: number;
}

/** Events as they come, until Ctrl-C. */
export async function tail(target: Target, options: TailOptions, output: Output): Promise<void> {
  const { channels, since, mode, count } = options;
  await connected(
    target,
    { channels, mode, output, ...(since === undefined ? {} : { since }) },
    (connection) => printEvents(connection, output, count),
  );
}

/** Prints events until there are no more, or `count` of them. */
export async function printEvents(
  events: AsyncIterable<Event>,
  { json, paint, write }: Output,
  count = Infinity,
): Promise<void> {
  const lines = new EventLines(paint);
  let printed = 0;
  for await (const event of events) {
    if (printed === 0 && !json) await write(titles(paint));
    await write(json ? JSON.stringify(event) : lines.line(event));
    printed += 1;
    if (printed >= count) return;
  }
}
