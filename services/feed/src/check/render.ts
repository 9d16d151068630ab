import type { Heard, Observed, Quantiles } from './observation.js';
import { comparable, seconds, type Problem } from './verdict.js';

const PHASE_NAMES: Partial<Record<string, string>> = {
  GAME_ACTIVATION: 'start',
  ACTIVE_GAMEPLAY: 'in play',
  RUG_EVENT_1: 'rug',
  RUG_EVENT_2: 'after the rug',
  COOLDOWN: 'cooldown',
  PRESALE: 'presale',
};
const LABEL = 16;

/** The report as a person reads it. */
export function render(observed: Observed, problems: readonly Problem[]): string {
  const parts = [
    [...observed.connections.map(connectionLine), ...(observed.events > 0 ? figures(observed) : [])],
    table(observed.byName),
    problems.length === 0
      ? ['All is well.']
      : problems.flatMap(({ message, remedy }) => [`✗ ${message}`, `  ${remedy}`]),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((one) => `${one.trimEnd()}\n`).join(''))
    .join('\n');
}

function figures(observed: Observed): string[] {
  const { events, durationMs, tickIntervals, phases } = observed;
  const meant = tickIntervals === null ? '' : ' (250 ms is meant)';
  const seen = phases.map(({ phase, durationMs: ms }) => `${PHASE_NAMES[phase] ?? phase} ${seconds(ms)}`);
  return [
    line('heard', `${events} events in ${seconds(durationMs)}, ${rate(events, durationMs)}`),
    line('ticks', ticksOf(observed)),
    line('between ticks', `${spread(tickIntervals, 'no two ticks in a row came')}${meant}`),
    line('delay', delayOf(observed)),
    line('phases', seen.join(' → ') || 'none seen'),
    line('account', accountOf(observed)),
  ];
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL)}${text}`;
}

function connectionLine({
  source,
  connectedAfterMs,
  connected,
  losses,
  reason,
}: Observed['connections'][number]): string {
  const why = reason === null ? '' : `: ${reason}`;
  if (connectedAfterMs === null) return line(source, `not connected${why}`);
  const lost = losses > 0 ? `, lost ${losses} times${why}` : '';
  return line(
    source,
    `connected after ${connectedAfterMs} ms${lost}${connected ? '' : ', not connected now'}`,
  );
}

function ticksOf({ ticks, games }: Observed): string {
  const { received, missed, regressions } = ticks;
  if (received === 0) return 'none: no game was in play';
  return `${received} of ${games} ${games === 1 ? 'game' : 'games'}, ${missed} missed, ${regressions} went back`;
}

function delayOf(observed: Observed): string {
  if (observed.delays === null) return 'not known: no event stated its time';
  if (!comparable(observed))
    return `not known: the clock of the game and that of this machine are ${seconds(Math.abs(observed.delays.p50))} apart`;
  return `${spread(observed.delays, '')}, from the time an event states to its arrival`;
}

function spread(times: Quantiles | null, none: string): string {
  if (times === null) return none;
  const { p50, p95, p99, max } = times;
  return `p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms, p99 ${Math.round(p99)} ms, longest ${Math.round(max)} ms`;
}

function accountOf({ authenticated: { names, username }, connections }: Observed): string {
  if (names.length > 0) return `${username ?? 'logged in'}: ${names.join(', ')}`;
  return connections.some(({ source }) => source === 'chrome')
    ? 'nothing that only an account is told'
    : 'not listened to: CHROME_CDP_URL does not say where Chrome is';
}

function table(heard: readonly Heard[]): string[] {
  if (heard.length === 0) return [];
  const rows = heard.map(({ name, received, logged, noise }) => [
    name.replace(/[^\x20-\x7e]/g, '?'),
    String(received),
    String(logged),
    Object.entries(noise)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`)
      .join(', '),
  ]);
  const lines = [['event', 'received', 'logged', 'noise'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  return lines.map(([name = '', received = '', logged = '', noise = '']) =>
    [
      name.padEnd(widths[0] ?? 0),
      received.padStart(widths[1] ?? 0),
      logged.padStart(widths[2] ?? 0),
      noise,
    ].join('  '),
  );
}

function rate(count: number, ms: number): string {
  return `${((count * 1_000) / Math.max(1, ms)).toFixed(1)} a second`;
}
