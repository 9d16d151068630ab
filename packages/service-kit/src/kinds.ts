import { isIP } from 'node:net';
import { z } from 'zod';

/** One environment variable: what it accepts, what it is when unset, and what `.env.example` says about it. */
export interface Variable {
  schema: z.ZodType;
  /** The text the variable has when it is unset or empty; undefined when it then has no value. */
  fallback?: string;
  /** One sentence for `.env.example`. */
  about: string;
}

/** What variables accept: each reads the text of a variable, and says what was expected when it does not fit. */

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `expected at least ${min}`).max(max, `expected at most ${max}`));
/** 0 takes any free port, which the service then logs. */
export const port = integer(0, 65_535);
export const positiveNumber = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a positive number')
  .transform(Number)
  .pipe(z.number().gt(0, 'expected more than 0'));
export const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `expected a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
export const text = z.string();
/** Sites as browsers name them in `Origin`. */
export const origins = list.pipe(
  z.array(
    z
      .string()
      .refine(
        (item) => URL.canParse(item) && new URL(item).origin === item.toLowerCase().replace(/\/$/, ''),
        'expected an origin, as in https://example.org or http://192.168.1.5:3000',
      )
      .transform((item) => new URL(item).origin),
  ),
);
export const networks = list.pipe(
  z.array(
    z.string().refine((item) => {
      const [address = '', bits, ...rest] = item.split('/');
      const version = isIP(address);
      if (version === 0 || rest.length > 0) return false;
      return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
    }, 'expected an address or a network, as in 10.0.0.2 or 172.16.0.0/12'),
  ),
);
export const tokens = list.pipe(
  z.array(
    z
      .string()
      .regex(
        /^(viewer|trader|operator):sha256:[0-9a-f]{64}$/,
        'expected <role>:sha256:<64 hex digits>, role viewer, trader or operator; the command `token` of the gateway prints one',
      ),
  ),
);
