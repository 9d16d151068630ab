import type { Health } from '@vectra/client';
import { EXIT } from './failure.js';
import { asking, type Target } from './gateway.js';
import { duration } from './numbers.js';
import type { Output } from './output.js';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';

/** How the system is. @returns the exit status: whether it is well. */
export async function health(target: Target, { json, paint, write }: Output): Promise<number> {
  const report = await asking(target, (routes) => routes.health());
  await write(json ? JSON.stringify(report) : render(report, paint));
  return report.status === 'ok' ? EXIT.done : EXIT.failed;
}

function render(report: Health, paint: Paint): string {
  const { log, gateway } = report;
  const { p50, p99 } = gateway.latencyMs;
  const latency = p50 === null ? '' : `, events ${duration(p50)} old when sent (p99 ${duration(p99 ?? p50)})`;
  const where = log.reachable
    ? `${log.last - log.first + 1} events, up to ${log.epoch}:${log.last}`
    : 'out of reach';
  return [
    `${badge(report.status, paint)}  log: ${where}; ${gateway.clients} clients${latency}`,
    ...report.problems.map(({ part, message, remedy }) => {
      return `${paint(['bold', 'red'], `✗ ${part}`)}: ${message}\n  ${paint('dim', `→ ${remedy}`)}`;
    }),
    ...report.notes.map(({ part, message }) => paint('yellow', `! ${part}: ${message}`)),
    '',
    services(report, paint),
    '',
    groups(report, paint),
  ].join('\n');
}

function badge(status: Health['status'], paint: Paint): string {
  if (status === 'ok') return paint(['bold', 'black', 'bgGreen'], ' WELL ');
  return status === 'degraded'
    ? paint(['bold', 'black', 'bgYellow'], ' DEGRADED ')
    : paint(['bold', 'white', 'bgRed'], ' DOWN ');
}

function services({ services: all, at }: Health, paint: Paint): string {
  const rows = Object.entries(all).flatMap(([name, { ok, instances }]): Cell[][] => {
    const state = {
      text: ok ? 'well' : 'ILL',
      paint: (text: string) => paint(ok ? 'green' : ['bold', 'red'], text),
    };
    if (instances.length === 0) return [[{ text: name }, state, { text: '-' }, { text: 'never seen' }]];
    return instances.map((instance) => [
      { text: name },
      state,
      { text: instance.instance },
      { text: `${duration(Math.max(0, at - instance.at))} ago` },
    ]);
  });
  const columns = [
    { title: 'service' },
    { title: 'state' },
    { title: 'instance' },
    { title: 'last seen', right: true },
  ];
  return table(columns, rows, paint);
}

function groups({ groups: all }: Health, paint: Paint): string {
  const columns = [
    { title: 'group' },
    { title: 'lag', right: true },
    { title: 'pending', right: true },
    { title: 'dead letters', right: true },
    { title: '' },
  ];
  const rows = all.map(({ name, lag, pending, deadLetters, required }): Cell[] => [
    { text: name },
    { text: String(lag) },
    { text: String(pending) },
    {
      text: String(deadLetters),
      ...(deadLetters > 0 ? { paint: (text: string) => paint('red', text) } : {}),
    },
    { text: required ? 'required' : '', paint: (text) => paint('dim', text) },
  ]);
  return table(columns, rows, paint);
}
