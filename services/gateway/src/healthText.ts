import { z } from 'zod';
import type { HealthReport } from './health.js';

/** A part of the system in one line of a table. */
type Row = readonly string[];

interface Section {
  title: string;
  rows: Row[];
}

const quantiles = z.object({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});

/** The report for a person at a terminal: first what is ill and what to do, then every part in a line. */
export function healthText(report: HealthReport): string {
  const told = [
    ...report.problems.map((p) => ['!', p] as const),
    ...report.notes.map((n) => ['i', n] as const),
  ];
  const head = told.map(
    ([sign, { part, message, remedy }]) => `${sign} ${part}: ${message}\n    ${remedy}\n`,
  );
  const sections = sectionsOf(report).map(({ title, rows }) => `${title}\n${table(rows)}`);
  return [`${report.status.toUpperCase()}\n`, head.join(''), ...sections]
    .filter((text) => text !== '')
    .join('\n');
}

/** The same as a page, which needs neither script nor style and loads itself anew. */
export function healthPage(report: HealthReport): string {
  const told = [...report.problems, ...report.notes].map(
    ({ part, message, remedy }) =>
      `<dt>${escape(part)}</dt><dd>${escape(message)}<br><i>${escape(remedy)}</i></dd>`,
  );
  const sections = sectionsOf(report).map(
    ({ title, rows }) =>
      `<h2>${escape(title)}</h2>\n<table cellpadding="4">${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
        .join('\n')}</table>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>${report.status} - vectra</title>
<h1>${report.status.toUpperCase()}</h1>
<dl>${told.join('\n')}</dl>
${sections.join('\n')}
</html>
`;
}

function sectionsOf(report: HealthReport): Section[] {
  const { log, gateway, at } = report;
  return [
    { title: 'services', rows: serviceRows(report) },
    { title: 'sources', rows: report.sources.map((source) => sourceRow(source, at)) },
    {
      title: 'log',
      rows: [
        [
          log.reachable ? 'Redis answers' : 'Redis does not answer',
          `epoch ${log.epoch ?? 'none'}`,
          `events ${log.first} to ${log.last}`,
        ],
      ],
    },
    { title: 'groups', rows: groupRows(report) },
    {
      title: 'gateway',
      rows: [[`${gateway.clients} clients`, `at ${gateway.position}`, latency(gateway.latencyMs)]],
    },
  ].filter(({ rows }) => rows.length > 0);
}

function serviceRows({ services, at }: HealthReport): Row[] {
  return Object.entries(services).flatMap(([name, { ok, instances }]) =>
    instances.length === 0
      ? [[name, ok ? 'ok' : 'not heard of']]
      : instances.map((instance) => [
          name,
          !instance.fresh ? 'silent' : instance.ok ? 'ok' : 'not well',
          `process ${instance.pid} on ${instance.host}`,
          `heard of ${ago(instance.at, at)}`,
        ]),
  );
}

function sourceRow(source: HealthReport['sources'][number], at: number): Row {
  return [
    source.source,
    source.connected ? 'connected' : 'not connected',
    `${source.reconnects} reconnects`,
    source.lastEventAt === null ? 'no event yet' : `last event ${ago(source.lastEventAt, at)}`,
    latency(source.latencyMs),
  ];
}

/** The slots of one service in one row: all are alike, and the worst one counts. */
function groupRows({ groups }: HealthReport): Row[] {
  const families = new Map<string, HealthReport['groups']>();
  for (const group of groups) {
    const family = group.name.split(':', 1)[0] ?? '';
    families.set(family, [...(families.get(family) ?? []), group]);
  }
  return [...families].map(([family, members]) => {
    const [only] = members;
    const worst = members.reduce((a, b) => (b.lag > a.lag ? b : a));
    const sum = (of: (group: HealthReport['groups'][number]) => number) =>
      members.reduce((total, group) => total + of(group), 0);
    return [
      members.length === 1 && only !== undefined ? only.name : `${family}:* (${members.length})`,
      `lag ${worst.lag}${members.length === 1 ? '' : ` (${worst.name})`}`,
      `pending ${sum(({ pending }) => pending)}`,
      `dead letters ${sum(({ deadLetters }) => deadLetters)}`,
      members.some(({ required }) => required) ? 'required' : '',
    ];
  });
}

function latency(value: unknown): string {
  const parsed = quantiles.safeParse(value);
  if (!parsed.success || parsed.data.p50 === null) return '';
  const { p50, p95, p99 } = parsed.data;
  return `latency p50 ${p50} p95 ${p95} p99 ${p99} ms`;
}

function ago(then: number, now: number): string {
  return `${Math.max(0, (now - then) / 1000).toFixed(1)} s ago`;
}

function table(rows: readonly Row[]): string {
  const widths = rows.reduce<number[]>(
    (wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd() + '\n')
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
