import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Health, ServiceContext, ServiceDefinition } from '@vectra/service-kit';
import { EventLog, isTransient } from '@vectra/stream';
import { loadBehaviour } from '../plugins/load.js';
import { Holder } from './holder.js';
import { Instance } from './instance.js';
import { paperMetrics } from './metrics.js';

const VARIABLES = [
  'REDIS_URL',
  'STREAM',
  'LEASE_TTL_MS',
  'PAPER_HISTORY_MAX',
  'PAPER_MAX_LAG_MS',
  'PAPER_MAX_SESSIONS',
  'PAPER_PLUGINS_DIR',
  'PAPER_PORT',
  'PAPER_SLOTS',
] as const;
type Context = ServiceContext<(typeof VARIABLES)[number]>;

const NAME = 'paper';
const RETRY_MS = 200;

/** Trades on paper, as one of any number of instances that share the sessions. */
export const paperService: ServiceDefinition<(typeof VARIABLES)[number]> = {
  name: NAME,
  about: 'Follows the game with sessions of paper trading; nothing is ever traded.',
  variables: VARIABLES,
  port: 'PAPER_PORT',
  async start(context) {
    const { config, log, health, metrics, stopping } = context;
    const fail = (error: unknown): void => context.fail(error);
    const events = await EventLog.open({
      ...{ url: config.REDIS_URL, stream: config.STREAM, name: NAME, log, signal: stopping },
    });
    try {
      await events.paper.claimSlots(config.PAPER_SLOTS);
    } catch (error) {
      await events.close();
      throw error;
    }
    const { onBatch, onMissed } = paperMetrics(metrics, () => holder.state);
    const holder: Holder = new Holder(
      {
        ...{ events, log, leaseTtlMs: config.LEASE_TTL_MS, now: () => instance.now() },
        ...{ maxLagMs: config.PAPER_MAX_LAG_MS, maxSessions: config.PAPER_MAX_SESSIONS },
        behaviourOf: (strategy) => loadBehaviour(strategy, config.PAPER_PLUGINS_DIR),
        historyMax: config.PAPER_HISTORY_MAX,
        onOwned: () => stateSlots(health, holder),
        onMissed,
        onBatch: (counts) => {
          onBatch(counts);
          if (counts.lagMs !== undefined) stateLag(health, counts.lagMs, config.PAPER_MAX_LAG_MS);
        },
      },
      fail,
    );
    const instance = new Instance({
      ...{ events, name: randomUUID().slice(0, 8), slots: config.PAPER_SLOTS, signal: stopping },
      // Whoever is gone then is known to be before its leases have run out.
      ttlMs: config.LEASE_TTL_MS / 2,
      onSlots: (slots) => {
        holder.hold(slots);
        stateSlots(health, holder);
      },
    });
    const running = [instance.run(), serve(events, holder, context)].map((part) => part.catch(fail));
    events.announce(NAME, () => {
      const { owned, sessions } = holder.state;
      return { ok: health.ok, detail: { slots: owned.length, sessions, owned, checks: health.checks } };
    });
    return async () => {
      await Promise.all([holder.close(), ...running]);
      await events.close();
    };
  },
};

function stateSlots(health: Health, { state: { owned, awaited } }: Holder): void {
  const waits = awaited.length === 0 ? '' : `; takes over ${awaited.join(', ')} from another instance`;
  health.set('slots', true, `owns ${owned.length === 0 ? 'none' : owned.join(', ')}${waits}`);
}

function stateLag(health: Health, lagMs: number, maxLagMs: number): void {
  if (lagMs <= maxLagMs) health.set('lag', true);
  else health.set('lag', false, `${(lagMs / 1_000).toFixed(1)} s behind the game: nothing is traded`);
}

/** Has commands carried out as they come. */
async function serve(events: EventLog, holder: Holder, { log, stopping }: Context): Promise<void> {
  const arriving = events.paper.commands({ after: () => holder.commands, signal: stopping });
  for await (const arrived of arriving) {
    try {
      await Promise.all([...arrived].map(async ([slot, commands]) => holder.get(slot)?.serve(commands)));
    } catch (error) {
      if (!isTransient(error)) throw error;
      log.warn({ reason: String(error) }, 'commands wait');
      await sleep(RETRY_MS);
    }
  }
}
