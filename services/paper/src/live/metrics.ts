import { Counter, Gauge, type Registry } from 'prom-client';
import { gauge } from '@vectra/service-kit';

/** The service's own metrics, and the hooks that feed them. */
export function paperMetrics(
  registry: Registry,
  state: () => { owned: readonly number[]; sessions: number },
): {
  onBatch: (counts: { events: number; bets: number; lagMs?: number }) => void;
  onMissed: () => void;
} {
  const registers = [registry];
  const events = new Counter({
    name: 'paper_events_total',
    help: 'Events that slots of this instance have processed, each counted once for each slot.',
    registers,
  });
  const bets = new Counter({
    name: 'paper_bets_total',
    help: 'Buys and sidebets that were placed on paper.',
    registers,
  });
  const missed = new Counter({
    name: 'paper_missed_total',
    help: 'How often sessions missed events for good: trimmed, of a log that was lost, or no events; the log of the service says which.',
    registers,
  });
  const lag = new Gauge({
    name: 'paper_lag_seconds',
    help: 'How old the newest event was when a slot last processed some.',
    registers,
  });
  gauge(registry, 'paper_slots', 'Slots that this instance owns.', () => state().owned.length);
  gauge(registry, 'paper_sessions', 'Sessions in those slots.', () => state().sessions);
  return {
    onBatch: (counts) => {
      events.inc(counts.events);
      bets.inc(counts.bets);
      if (counts.lagMs !== undefined) lag.set(counts.lagMs / 1_000);
    },
    onMissed: () => missed.inc(),
  };
}
