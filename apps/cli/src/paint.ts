import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];
/** Gives a text colours, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

export const plain: Paint = (_format, text) => text;
/** Whether there is a terminal is decided here, not by `styleText`. */
const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false });

/** Colours are for terminals: not for files and pipes, and not where NO_COLOR or TERM=dumb asks for none. */
export function paintFor(
  { isTTY }: { isTTY?: boolean },
  { NO_COLOR, TERM }: Record<string, string | undefined>,
): Paint {
  return isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb' ? coloured : plain;
}
