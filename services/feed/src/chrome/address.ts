import { lookup } from 'node:dns/promises';

/** The host of Chrome is not known: its container does not run. */
export class NoSuchHost extends Error {}

/**
 * The same URL with the host's address instead of its name: Chrome answers no request that names a host other than
 * localhost.
 *
 * @throws NoSuchHost when the name is not known.
 */
export async function addressOf(url: string): Promise<string> {
  const parsed = new URL(url);
  try {
    const { address, family } = await lookup(parsed.hostname.replace(/^\[|\]$/g, ''));
    parsed.hostname = family === 6 ? `[${address}]` : address;
  } catch (error) {
    throw new NoSuchHost(`${parsed.hostname} is not known`, { cause: error });
  }
  return parsed.origin;
}
