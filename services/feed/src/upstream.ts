import { lookup } from 'node:dns/promises';
import type { Source } from '@vectra/protocol';

/** The game's own servers; anything else is a simulator. */
const GAME_DOMAIN = /(^|\.)rugs\.fun$/;

interface Upstreams {
  UPSTREAM_URL: string;
  SIMULATOR_URL?: string | undefined;
}

/** The simulator where its host is known, else the upstream that is configured. */
export async function chooseUpstream({ UPSTREAM_URL, SIMULATOR_URL }: Upstreams): Promise<string> {
  if (SIMULATOR_URL === undefined) return UPSTREAM_URL;
  const known = await lookup(new URL(SIMULATOR_URL).hostname).catch(() => undefined); // no such host
  return known === undefined ? UPSTREAM_URL : SIMULATOR_URL;
}

/** What events from this server say of their source. */
export function sourceOf(url: string): Source {
  return GAME_DOMAIN.test(new URL(url).hostname) ? 'public' : 'simulator';
}
