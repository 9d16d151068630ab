import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROMETHEUS = join(ROOT, 'deploy/observability/prometheus');
export const GRAFANA = join(ROOT, 'deploy/observability/grafana');

export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool)
  process.stderr.write(
    'There is no promtool: the tests that need it are skipped (scripts/install.sh promtool).\n',
  );

/** What promtool prints. @throws Error with that when it is not content. */
export function promtool(args: readonly string[], input?: string): string {
  return execFileSync('promtool', args, {
    encoding: 'utf8',
    stdio: 'pipe',
    ...(input === undefined ? {} : { input }),
  });
}

export interface Panel {
  id: number;
  title: string;
  description: string;
  datasource: { type: string; uid: string };
  targets: { expr: string; legendFormat: string; datasource: { uid: string } }[];
  fieldConfig: { defaults: { unit: string } };
}

export interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

/** By the name of the file. */
export function dashboardsIn(folder = join(GRAFANA, 'dashboards')): Map<string, Dashboard> {
  return new Map(
    readdirSync(folder).map((file) => [
      file,
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard,
    ]),
  );
}

export interface Alert {
  name: string;
  expr: string;
}

/** The alerts of rules.yml: each has its expression on the next line. */
export function alerts(): Alert[] {
  const rules = readFileSync(join(PROMETHEUS, 'rules.yml'), 'utf8');
  return [...rules.matchAll(/- alert: (\w+)\n\s+expr: (.*)\n/g)].map(([, name = '', expr = '']) => ({
    name,
    expr,
  }));
}
