import { z } from 'zod';

/** A finite number written in plain decimal digits, without exponent: `-12.5`, `0.00925864293410624`. */
export const decimalString = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal number in plain digits');

/**
 * Writes a double as the shortest plain decimal string that reads back (`Number(...)`) to exactly the same double.
 *
 * @throws RangeError when the number is not finite.
 */
export function toDecimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, was ${value}`);
  const shortest = Object.is(value, -0) ? '0' : String(value);
  const exponentAt = shortest.indexOf('e');
  return exponentAt === -1 ? shortest : expandExponent(shortest, exponentAt);
}

function expandExponent(text: string, exponentAt: number): string {
  const exponent = Number(text.slice(exponentAt + 1));
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.slice(negative ? 1 : 0, exponentAt).split('.');
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : digits.length <= point
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${plain}` : plain;
}
