import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alerts, dashboardsIn, GRAFANA, hasPromtool, PROMETHEUS, promtool, ROOT } from './files.js';
import { selectionsIn } from './promql.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectra-dashboards-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const dashboards = [...dashboardsIn()];
const panels = dashboards.flatMap(([file, { panels: all }]) =>
  all.map((panel) => [`${file}: ${panel.title}`, panel] as const),
);

describe.skipIf(!hasPromtool)('promtool', () => {
  it('finds nothing wrong with the configuration and the rules', () => {
    expect(promtool(['check', 'config', join(PROMETHEUS, 'prometheus.yml')])).toContain(
      `${alerts().length} rules found`,
    );
  });

  it('sees each alert fire and stay silent as rules.test.yml has it', () => {
    expect(promtool(['test', 'rules', join(PROMETHEUS, 'rules.test.yml')])).toContain('SUCCESS');
  });

  it('understands every query of the dashboards', () => {
    const queries = panels.flatMap(([, { targets }]) => targets.map(({ expr }) => expr));
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    // JSON is YAML as well.
    writeFileSync(join(folder, 'queries.yml'), JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    expect(promtool(['check', 'rules', join(folder, 'queries.yml')])).toContain('SUCCESS');
  });
});

describe('the alerts', () => {
  const tests = readFileSync(join(PROMETHEUS, 'rules.test.yml'), 'utf8');
  const page = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');
  const names = [...new Set(alerts().map(({ name }) => name))];

  it.each(names)('%s is tested firing and silent, and documented with what to do', (name) => {
    expect(tests).toMatch(new RegExp(`alertname: ${name}, exp_alerts: \\[\\]`));
    expect(tests).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`));
    expect(page).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
  });

  it('are all documented as they are', () => {
    const documented = [...page.matchAll(/^\| `([A-Z]\w+)` /gm)].map(([, name]) => name);
    expect(documented.toSorted()).toEqual(names.toSorted());
  });
});

describe('the dashboards', () => {
  it('are those of feed, log, consumers, gateway and paper trading, each under its own id', () => {
    const uids = dashboards.map(([file, { uid }]) => {
      expect(file).toBe(`${uid}.json`);
      return uid;
    });
    expect(uids.toSorted()).toEqual(
      ['consumers', 'feed', 'gateway', 'log', 'paper'].map((name) => `vectra-${name}`),
    );
  });

  it('are what scripts/dashboards.mjs makes', () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/dashboards.mjs'), join(folder, 'made')]);
    expect(dashboardsIn(join(folder, 'made'))).toEqual(dashboardsIn());
  });

  it.each(panels)(
    '%s has a title, words, a unit, and a query with a legend to the datasource that is provisioned',
    (_name, panel) => {
      const provisioned = readFileSync(join(GRAFANA, 'provisioning/datasources/prometheus.yml'), 'utf8');
      expect(provisioned).toContain(`uid: ${panel.datasource.uid}\n`);
      expect(panel.title).not.toBe('');
      expect(panel.description).not.toBe('');
      expect(panel.fieldConfig.defaults.unit).toMatch(/^[a-zA-Z]+$/);
      expect(panel.targets.length).toBeGreaterThan(0);
      for (const { expr, legendFormat, datasource } of panel.targets) {
        expect(datasource.uid).toBe(panel.datasource.uid);
        expect(legendFormat).not.toBe('');
        expect(selectionsIn(expr)).not.toEqual([]);
      }
    },
  );

  it('have panels of different ids', () => {
    for (const [, { panels: all }] of dashboards)
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });
});

describe('selectionsIn', () => {
  it('finds metrics with the labels they are read by', () => {
    expect(
      selectionsIn('sum by (le) (rate(a_bucket{x="1",y=~"2.*",job="j"}[5m])) > 5e3 and on (instance) b == 1'),
    ).toEqual([
      { metric: 'a_bucket', labels: [{ name: 'x', value: '1' }, { name: 'y' }, { name: 'le' }] },
      { metric: 'b', labels: [{ name: 'le' }] },
    ]);
  });
});
