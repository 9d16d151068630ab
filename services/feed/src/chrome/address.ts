import { lookup } from 'node:dns/promises';
import { z } from 'zod';

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

const version = z.object({ webSocketDebuggerUrl: z.string() });

/**
 * Where the browser itself is spoken to. It has an id which lets anybody who knows it command the browser: never to be shown.
 *
 * @param origin as of `addressOf`.
 * @throws Error when Chrome does not answer.
 */
export async function browserEndpoint(origin: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${origin}/json/version`, { signal });
  if (!response.ok) throw new Error(`Chrome answered ${response.status}`);
  return version.parse(await response.json()).webSocketDebuggerUrl;
}
